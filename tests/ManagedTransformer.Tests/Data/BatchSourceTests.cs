using ManagedTransformer.Data.Text;
using Xunit;

namespace ManagedTransformer.Tests.Data;

public class BatchSourceTests
{
    private static TokenStream Numbers(int count) => TokenStream.FromIds([.. Enumerable.Range(0, count)]);

    private static (int[] Inputs, int[] Targets, bool Anew) Next(BatchSource source)
    {
        int[] inputs = new int[source.BatchSize * source.BlockLength], targets = new int[inputs.Length];
        bool anew = source.Next(inputs, targets);
        return (inputs, targets, anew);
    }

    [Fact]
    public void ContiguousRowsContinueFromBlockToBlock()
    {
        var batches = new ContiguousBatches(Numbers(23), 2, 4);
        Assert.Equal(2, batches.BlocksPerPass);
        for (int pass = 0; pass < 3; pass++)
        {
            (int[] inputs, int[] targets, bool anew) = Next(batches);
            Assert.Equal([0, 1, 2, 3, 11, 12, 13, 14], inputs);
            Assert.Equal([1, 2, 3, 4, 12, 13, 14, 15], targets);
            Assert.True(anew);
            (inputs, _, anew) = Next(batches);
            Assert.Equal([4, 5, 6, 7, 15, 16, 17, 18], inputs);
            Assert.False(anew);
        }
    }

    [Fact]
    public void RandomOffsetsStayWithinTheRows()
    {
        foreach (int rowLength in new[] { 9, 10, 15, 16, 17, 100 })
        {
            var batches = new ContiguousBatches(Numbers(2 * rowLength), 2, 8, offsetSeed: 5);
            var starts = new HashSet<int>();
            int expected = 0;
            for (int i = 0; i < 300; i++)
            {
                (int[] inputs, int[] targets, bool anew) = Next(batches);
                Assert.Equal(inputs[0] + rowLength, inputs[8]);
                Assert.InRange(targets[7], 8, rowLength - 1);
                if (anew)
                {
                    starts.Add(inputs[0]);
                }
                else
                {
                    Assert.Equal(expected, inputs[0]);
                }

                expected = inputs[0] + 8;
            }

            Assert.Equal(Enumerable.Range(0, Math.Min(8, rowLength - 8)), starts.Order());
        }
    }

    [Fact]
    public void BothSourcesResumeExactly()
    {
        foreach (Func<BatchSource> create in new Func<BatchSource>[]
        {
            () => new ContiguousBatches(Numbers(1000), 3, 16, offsetSeed: 9),
            () => new RandomWindowBatches(Numbers(1000), 3, 16, seed: 9),
        })
        {
            BatchSource whole = create();
            for (int i = 0; i < 57; i++)
            {
                Next(whole);
            }

            BatchSource resumed = create();
            resumed.Position = whole.Position;
            for (int i = 0; i < 60; i++)
            {
                var (expected, actual) = (Next(whole), Next(resumed));
                Assert.Equal(expected.Inputs, actual.Inputs);
                Assert.Equal(expected.Targets, actual.Targets);
                Assert.Equal(expected.Anew, actual.Anew);
            }
        }
    }

    [Fact]
    public void APositionOfAnotherTextIsRefused()
    {
        var batches = new ContiguousBatches(Numbers(23), 2, 4) { Position = new(5, 7) };
        Assert.Contains("column 7", Assert.Throws<InputException>(() => Next(batches)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RandomWindowsCoverTheStreamEvenly()
    {
        var batches = new RandomWindowBatches(Numbers(20), 8, 10, seed: 1);
        int[] starts = new int[10];
        for (int i = 0; i < 2000; i++)
        {
            (int[] inputs, int[] targets, _) = Next(batches);
            for (int row = 0; row < 8; row++)
            {
                starts[inputs[row * 10]]++;
                Assert.Equal(inputs[row * 10] + 10, targets[row * 10 + 9]);
            }
        }

        Assert.All(starts, count => Assert.InRange(count, 1450, 1750));
    }

    [Fact]
    public void ShortTextsAreRefused()
    {
        Assert.Contains("at least 18", Assert.Throws<InputException>(() => new ContiguousBatches(Numbers(17), 2, 8)).Message,
            StringComparison.Ordinal);
        Assert.Contains("needs 9", Assert.Throws<InputException>(() => new RandomWindowBatches(Numbers(8), 2, 8, 0)).Message,
            StringComparison.Ordinal);
        Next(new ContiguousBatches(Numbers(18), 2, 8));
        Next(new RandomWindowBatches(Numbers(9), 2, 8, 0));
        Assert.Throws<ArgumentException>(() => new RandomWindowBatches(Numbers(9), 2, 8, 0).Next(new int[16], new int[15]));
    }
}
