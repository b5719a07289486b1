using System.Diagnostics;
using ManagedTransformer.Architectures.DepthAdaptive.Tuning;
using Xunit;

namespace ManagedTransformer.Tests.Evaluation;

/// <summary>How ways to do the same work are timed against each other, with a clock that the work itself moves.</summary>
public sealed class InterleavedTimingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(20)]
    public void ColdStartsDoNotCount(int parts)
    {
        // The first call of all costs 100 s, the first one of each way 10 s.
        Machine machine = new(parts, (way, _, calls, all) => 1 + way + (calls == 0 ? 10 : 0) + (all == 0 ? 100 : 0));
        Assert.Equal([1.0 * parts, 2.0 * parts, 3.0 * parts], machine.Measure(3));
    }

    [Fact]
    public void AnInterruptionDoesNotCount()
    {
        // Every tenth call is interrupted for a minute.
        Machine machine = new(2, (way, part, _, all) => 1 + (2 * way) + part + (all % 10 == 7 ? 60 : 0));
        Assert.Equal([3, 7], machine.Measure(2));
    }

    [Fact]
    public void AMachineThatSlowsDownIsAsSlowForEveryWay()
    {
        Machine machine = new(5, (_, _, _, all) => 1 + (0.001 * all));
        double[] seconds = machine.Measure(4);
        Assert.All(seconds, value => Assert.Equal(seconds[0], value, 0.02 * seconds[0]));
    }

    [Fact]
    public void NoWayRunsTwiceInARow()
    {
        Machine machine = new(3, (_, _, _, _) => 1);
        machine.Measure(3);
        Assert.All(machine.Order.Skip(3).Chunk(3), turn => Assert.Equal([0, 1, 2], turn.Order()));
    }

    private sealed class Machine(int parts, Func<int, int, int, int, double> seconds)
    {
        private readonly Dictionary<int, int> _calls = [];
        private double _now;

        public List<int> Order { get; } = [];

        public double[] Measure(int ways) =>
            [.. InterleavedTiming.Measure(ways, parts, Work, default, () => (long)Math.Round(_now * Stopwatch.Frequency))
                .Select(value => Math.Round(value, 6))];

        private void Work(int way, int part)
        {
            _now += seconds(way, part, _calls.GetValueOrDefault(way), Order.Count);
            _calls[way] = _calls.GetValueOrDefault(way) + 1;
            Order.Add(way);
        }
    }
}
