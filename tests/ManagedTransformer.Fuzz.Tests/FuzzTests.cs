using ManagedTransformer.Fuzz.Targets;
using Xunit;

namespace ManagedTransformer.Fuzz.Tests;

/// <summary>
/// Every reader of what strangers give us, with files that were changed at random: whatever it does not understand it refuses in one
/// sentence, in little time and memory, and writes nothing. <c>mt-fuzz run all</c> does the same with more of them.
/// </summary>
public sealed class FuzzTests
{
    private const int Files = 500, MostSeedBytes = 16 << 10;
    private const ulong Seed = 20_260_101;

    public static IEnumerable<TheoryDataRow<string>> Targets() =>
        FuzzTargets.All.Select(target => new TheoryDataRow<string>(target.Name) { TestDisplayName = $"Fuzz: {target.Name}" });

    [Theory]
    [MemberData(nameof(Targets))]
    public void ChangedFilesAreRefusedInOneSentence(string name)
    {
        FuzzTarget target = Assert.Single(FuzzTargets.Find(name));
        IReadOnlyList<FuzzFind> finds = new FuzzRun(target, Seed).Run(Files);
        Assert.True(finds.Count == 0, string.Join("\n\n", finds.Select(find =>
            $"File {find.Index}, {find.Bytes.Length} bytes, {Convert.ToBase64String(find.Bytes)}\n{find.Reason}")));
    }

    [Fact]
    public void EveryReaderHasSmallSeeds()
    {
        Assert.Equal(FuzzTargets.All.Count, FuzzTargets.All.Select(target => target.Name).Distinct().Count());
        Assert.All(FuzzTargets.All, target =>
        {
            Assert.NotEmpty(target.Seeds);
            Assert.All(target.Seeds, seed => Assert.True(seed.Length < MostSeedBytes, $"{target.Name}: {seed.Length}"));
        });
    }
}
