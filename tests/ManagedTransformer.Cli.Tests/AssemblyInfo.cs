using Xunit;

// The number of threads belongs to the whole process, and child processes want the cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
