"""Does a market saturate?"""
