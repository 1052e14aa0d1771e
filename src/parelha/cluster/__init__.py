"""A run whose graders, trainers and vLLM servers are actors of a Ray cluster.

The run itself stays one process: it plays, steps the optimizers and writes the run's folder. What
it hands out is a function of what is handed, and can be asked for again: Ray starts an actor anew
that has died, and the run is the same one.
"""
