"""Does the engine meet the theory that it must meet exactly, and would a wrong engine be caught?"""
