print("kscope")
