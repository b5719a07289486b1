using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Tensors.Profiling;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>The table of <c>mt bench train --profile</c>.</summary>
public sealed class ProfileTableTests
{
    [Fact]
    public void AKernelThatTookNoTimeHasNoRate()
    {
        using StringWriter output = new(), error = new();
        TrainingProfile profile = new([new KernelCost("forward", "Fill", 1, 0, 8, 64)], 1, 8, 1, 1);
        ProfileTable.Draw(new Terminal(null, output, error), profile, null);
        Assert.Contains("Fill", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", output.ToString(), StringComparison.Ordinal);
    }
}
