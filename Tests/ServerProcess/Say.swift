import Linux

/// Prints a line at once, also where the output is a pipe.
package func say(_ line: String) { StandardStream.output.write(line + "\n") }
