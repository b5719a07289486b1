using ManagedTransformer.Tensors.Reference;
using ManagedTransformer.Tests.Shared;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>The shared kernel suite on the processor, one row per case.</summary>
public sealed class KernelSuiteTests
{
    private static readonly Dictionary<string, KernelCase> _casesByName = KernelSuite.Cases.ToDictionary(test => test.ToString());

    public static TheoryData<string> CaseNames => [.. _casesByName.Keys];

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void AgreesWithTheReference(string name)
    {
        KernelCheck check = _casesByName[name].Check(Device.Cpu);
        Assert.True(check.Passed, $"{name}: {check.Description} ({check.Error:G3} times the tolerance)");
    }

    /// <summary>What <see cref="VectorWidthTests"/> asks for where every case would take minutes.</summary>
    [Fact]
    public void TheFirstCaseOfEveryKernelAgrees() =>
        Assert.All(KernelSuite.Cases.DistinctBy(test => test.Kernel), test => AgreesWithTheReference(test.ToString()));

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void GivesTheSameBitsForAnyNumberOfThreads(string name)
    {
        List<KernelOutput>[] outputs = ThreadCounts.ForEach([1, 3], () => _casesByName[name].Run(Device.Cpu));
        Assert.All(outputs[0].Zip(outputs[1]), pair => Assert.True(pair.First.Bytes.SequenceEqual(pair.Second.Bytes), pair.First.Label));
    }

    [Fact]
    public void VectorsHaveTheExpectedWidth() => NarrowVectors.AssertExpectedWidth();
}
