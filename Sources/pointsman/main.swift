print("pointsman")
