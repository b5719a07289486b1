using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Optimizers;

/// <summary>Moving averages of weights.</summary>
public sealed class WeightAverageTests
{
    [Fact]
    public void AnAverageHasItsClosedForm()
    {
        const float decay = 0.75f;
        Parameter weights = new(Tensor.Zeros(new Shape(5)));
        WeightAverages averages = new([new NamedParameter("w", weights)], decay);
        float[][] history = [.. Enumerable.Range(1, 6).Select(t => Enumerable.Range(0, 5).Select(i => MathF.Sin((7 * t) + i)).ToArray())];
        foreach (float[] values in history)
        {
            weights.Assign(Tensor.From(values, new Shape(5)));
            averages.Update();
        }

        // a_n = d^(n-1) w_1 + (1 - d) sum over t = 2 .. n of d^(n-t) w_t
        int n = history.Length;
        double[] expected = [.. Enumerable.Range(0, 5).Select(i => (Math.Pow(decay, n - 1) * history[0][i])
            + ((1 - decay) * Enumerable.Range(2, n - 1).Sum(t => Math.Pow(decay, n - t) * history[t - 1][i])))];
        float[] found = averages.State().Single().Buffer.ToArray();
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void TheFirstUpdateIsTakenBitForBitAndTwoExchangesChangeNothing()
    {
        float[] first = [0.1f, -3e-30f, 1e30f], second = [0.3f, 5f, -7f];
        Parameter weights = new(Tensor.From(first, new Shape(3)));
        WeightAverages averages = new([new NamedParameter("w", weights)], 0.9f);
        averages.Exchange(); // before the first update there is nothing to exchange
        Assert.Equal(first, weights.ToArray());
        averages.Update();
        Assert.Equal(first, averages.State().Single().Buffer.ToArray());

        weights.Assign(Tensor.From(second, new Shape(3)));
        averages.Exchange();
        Assert.Equal(first, weights.ToArray());
        averages.Exchange();
        Assert.Equal(second, weights.ToArray());
        Assert.Equal(first, averages.State().Single().Buffer.ToArray());
    }
}
