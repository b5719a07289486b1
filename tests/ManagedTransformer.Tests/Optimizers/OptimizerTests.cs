using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Optimizers;

/// <summary>Optimisers against scalar ones in double precision.</summary>
public sealed class OptimizerTests
{
    private const int Count = 37, Updates = 12;

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 0.1)]
    [InlineData(true, 0.1)]
    public void AdamAgreesWithItsFormula(bool correctRoot, double decay)
    {
        AdamOptions options = new() { Beta1 = 0.9f, Beta2 = 0.95f, Epsilon = 1e-3f, WeightDecay = (float)decay, CorrectRoot = correctRoot };
        Compare(
            groups => new Adam(groups, options),
            () => new ScalarOptimizers.Adam(0.9f, 0.95f, 1e-3f, (float)decay, correctRoot).Update);
    }

    [Theory]
    [InlineData(0, false, 0)]
    [InlineData(0, false, 0.1)]
    [InlineData(0.9, false, 0)]
    [InlineData(0.9, false, 0.1)]
    [InlineData(0.9, true, 0)]
    [InlineData(0.9, true, 0.1)]
    public void SgdAgreesWithItsFormula(double momentum, bool nesterov, double decay) => Compare(
        groups => new Sgd(groups, (float)momentum, nesterov, (float)decay),
        () => new ScalarOptimizers.Sgd((float)momentum, nesterov, (float)decay).Update);

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void AdagradAgreesWithItsFormula(double initial) => Compare(
        groups => new Adagrad(groups, epsilon: 1e-3f, initialAccumulator: (float)initial),
        () => new ScalarOptimizers.Adagrad(1e-3f, (float)initial).Update);

    [Fact]
    public void AdagradClipsTheStepAndNotTheAccumulator()
    {
        Parameter w = new(Tensor.From([1f, 1], new Shape(2)));
        Adagrad adagrad = new([new ParameterGroup([new NamedParameter("w", w)])], clip: 2.5f);
        SetGradient(w, 3, 4);
        adagrad.Step(0.1f);
        Assert.Equal([9, 16], adagrad.State().Single().Buffer.ToArray());
        Near([1 - (0.1 * 0.5), 1 - (0.1 * 0.5)], w.ToArray());
    }

    [Fact]
    public void GroupsHaveTheirOwnRateAndDecay()
    {
        Parameter a = new(Tensor.Ones(new Shape(2, 1))), b = new(Tensor.Ones(new Shape(1)));
        Sgd sgd = new(ParameterGroup.DecayMatricesOnly([new NamedParameter("a", a), new NamedParameter("b", b)]), weightDecay: 0.5f);
        SetGradient(a, 1, 1);
        SetGradient(b, 1);
        sgd.Step(0.1f, gradientScale: 2);
        Near([1 - 0.25, 1 - 0.25], a.ToArray());
        Near([1 - 0.2], b.ToArray());

        Parameter c = new(Tensor.Ones(new Shape(1)));
        Sgd slow = new([new ParameterGroup([new NamedParameter("c", c)], rateFactor: 0.1f)]);
        SetGradient(c, 1);
        slow.Step(0.5f);
        Near([0.95], c.ToArray());
        Assert.Equal(1, slow.Updates);
    }

    [Fact]
    public void ParametersWithoutGradientStayAsTheyAre()
    {
        Parameter w = new(Tensor.Ones(new Shape(3)));
        Adam adam = new([new ParameterGroup([new NamedParameter("w", w)])], new AdamOptions { WeightDecay = 0.1f });
        adam.Step(0.1f);
        Assert.Equal([1, 1, 1], w.ToArray());
    }

    [Fact]
    public void StateIsNamedAfterItsParameters()
    {
        Parameter a = new(Tensor.Ones(new Shape(2))), b = new(Tensor.Ones(new Shape(3, 2)));
        ParameterGroup[] groups = [new ParameterGroup([new NamedParameter("a", a), new NamedParameter("x.b", b)])];
        Assert.Equal(["m.a", "m.x.b", "v.a", "v.x.b"], new Adam(groups).State().Select(named => named.Name));
        Assert.Equal(["momentum.a", "momentum.x.b"], new Sgd(groups, 0.9f).State().Select(named => named.Name));
        Assert.Empty(new Sgd(groups).State());
        Assert.Equal(new Shape(3, 2), new Adagrad(groups).State().Last().Buffer.Shape);
    }

    [Fact]
    public void RowGradientsUpdateOnlyTheirRows()
    {
        // Twins per element: rows that were not read keep weights and moments as they are.
        const int rows = 6, width = 3;
        Parameter table = new(Tensor.Uniform(new Shape(rows, width), -1, 1, new RandomKey(1, 1)));
        double[] expected = [.. table.ToArray().Select(value => (double)value)];
        Adam adam = new([new ParameterGroup([new NamedParameter("table", table)])], new AdamOptions
        {
            WeightDecay = 0.1f,
            Epsilon = 1e-3f,
        });
        LazyAdam[] twins = [.. expected.Select(_ => new LazyAdam())];
        int[][] batches = [[1, 4, 1], [4], [0, 5, 5, 5], [1]];
        for (int update = 0; update < batches.Length; update++)
        {
            int[] indices = batches[update];
            float[] weights = Tensor.Uniform(new Shape(indices.Length, width), -1, 1, new RandomKey(2, (ulong)update)).ToArray();
            table.ClearGradient();
            (table.Embedding(Tensor.From(indices, new Shape(indices.Length)), sparse: true)
                * Tensor.From(weights, new Shape(indices.Length, width))).Sum().Backward();
            adam.Step(0.05f);
            foreach (int row in indices.Distinct())
            {
                for (int column = 0; column < width; column++)
                {
                    double gradient = Enumerable.Range(0, indices.Length).Where(i => indices[i] == row)
                        .Sum(i => (double)weights[(i * width) + column]);
                    int place = (row * width) + column;
                    expected[place] = twins[place].Update(expected[place], gradient, 0.05, update + 1);
                }
            }

            Near(expected, table.ToArray());
        }
    }

    [Fact]
    public void ClippingBringsTheGlobalNormDown()
    {
        Parameter a = new(Tensor.Ones(new Shape(2))), b = new(Tensor.Ones(new Shape(1))), none = new(Tensor.Ones(new Shape(1)));
        SetGradient(a, 3, 0);
        SetGradient(b, 4);
        double norm = GradientClipping.GlobalNorm(
            [new NamedParameter("a", a), new NamedParameter("b", b), new NamedParameter("none", none)]);
        Assert.Equal(5, norm, 1e-6);
        Assert.Equal(0.2f, GradientClipping.Scale(norm, 1), 1e-6);
        Assert.Equal(1, GradientClipping.Scale(norm, 6));
        Assert.Equal(1, GradientClipping.Scale(norm, 0));
        Assert.Equal(1, GradientClipping.Scale(0, 1));
    }

    private static void Compare(Func<IReadOnlyList<ParameterGroup>, Optimizer> make, Func<Func<double, double, double, double>> twin)
    {
        Parameter parameter = new(Tensor.Uniform(new Shape(Count), -1, 1, new RandomKey(4, 0)));
        Optimizer optimizer = make([new ParameterGroup([new NamedParameter("w", parameter)])]);
        Func<double, double, double, double>[] twins = [.. Enumerable.Range(0, Count).Select(_ => twin())];
        double[] expected = [.. parameter.ToArray().Select(value => (double)value)];
        for (int update = 1; update <= Updates; update++)
        {
            float[] gradient = Tensor.Uniform(new Shape(Count), -1, 1, new RandomKey(4, (ulong)update)).ToArray();
            float rate = 0.02f * update;
            SetGradient(parameter, gradient);
            optimizer.Step(rate, gradientScale: 0.5f);
            for (int i = 0; i < Count; i++)
            {
                expected[i] = twins[i](expected[i], gradient[i] * 0.5, rate);
            }

            Near(expected, parameter.ToArray());
        }
    }

    // The gradient of sum(w g) is g.
    private static void SetGradient(Parameter parameter, params float[] gradient)
    {
        parameter.ClearGradient();
        parameter.Multiply(Tensor.From(gradient, parameter.Shape)).Sum().Backward();
    }

    private static void Near(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-5 * (1 + Math.Abs(expected[i])),
                $"element {i}: {actual[i]} instead of {expected[i]}");
        }
    }

    // Corrections count the optimiser's updates, moments only those that touched the row.
    private sealed class LazyAdam
    {
        private double _m, _v;

        public double Update(double w, double g, double rate, int update)
        {
            _m = (0.9f * _m) + ((1 - 0.9f) * g);
            _v = (0.98f * _v) + ((1 - 0.98f) * g * g);
            w -= rate * 0.1f * w;
            return w - (rate * Math.Sqrt(1 - Math.Pow(0.98f, update)) / (1 - Math.Pow(0.9f, update)) * _m / (Math.Sqrt(_v) + 1e-3f));
        }
    }
}
