using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Tests that watch the process's memory run alone.</summary>
[CollectionDefinition(nameof(StepScopeTests), DisableParallelization = true)]
public sealed class MemoryCollection;
