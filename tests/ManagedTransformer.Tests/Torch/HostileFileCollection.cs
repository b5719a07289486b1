using Xunit;

namespace ManagedTransformer.Tests.Torch;

/// <summary>Tests that measure the memory of the process, so that no others run beside them.</summary>
[CollectionDefinition(nameof(HostileFileTests), DisableParallelization = true)]
public sealed class HostileFileCollection;
