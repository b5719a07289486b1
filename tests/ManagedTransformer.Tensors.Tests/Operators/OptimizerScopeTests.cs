using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Updates that are collected have the bits of single ones, whatever stands between them.</summary>
public sealed class OptimizerScopeTests
{
    [Fact]
    public void CollectedUpdatesHaveTheBitsOfSingleOnes()
    {
        Assert.Equal(Run(isCollected: false), Run(isCollected: true));
        Assert.Equal(Run(isCollected: false), Run(isCollected: true));
    }

    [Fact]
    public void UpdatesRunWhenTheScopeCloses()
    {
        Parameter w = Filled(3, 1);
        using (new OptimizerScope())
        {
            OptimizerUpdates.Sgd(w, null, 1, 0.5f, 0, false, 0);
            Assert.Equal(Filled(3, 1).ToArray(), w.ToArray());
        }

        Assert.NotEqual(Filled(3, 1).ToArray(), w.ToArray());
    }

    [Fact]
    public void AParameterIsUpdatedAsOftenAsItIsAskedFor()
    {
        Parameter once = Filled(5, 1), twice = Filled(5, 1);
        using (new OptimizerScope())
        {
            OptimizerUpdates.Sgd(twice, null, 1, 0.5f, 0, false, 0.1f);
            OptimizerUpdates.Sgd(twice, null, 1, 0.5f, 0, false, 0.1f);
        }

        OptimizerUpdates.Sgd(once, null, 1, 0.5f, 0, false, 0.1f);
        OptimizerUpdates.Sgd(once, null, 1, 0.5f, 0, false, 0.1f);
        Assert.Equal(once.ToArray(), twice.ToArray());
    }

    [Fact]
    public void ScopesNestAndCloseInReverseOrder()
    {
        Parameter outside = Filled(2, 1), inside = Filled(2, 1);
        OptimizerScope outer = new();
        OptimizerUpdates.Sgd(outside, null, 1, 0.5f, 0, false, 0);
        OptimizerScope inner = new();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        OptimizerUpdates.Sgd(inside, null, 1, 0.5f, 0, false, 0);
        inner.Dispose();
        Assert.Equal(Filled(2, 1).ToArray(), outside.ToArray());
        outer.Dispose();
        outer.Dispose();
        Assert.Equal(inside.ToArray(), outside.ToArray());
        Assert.NotEqual(Filled(2, 1).ToArray(), outside.ToArray());
    }

    private static float[] Run(bool isCollected)
    {
        Parameter[] parameters = [.. Enumerable.Range(1, 9).Select(count => Filled(count * 7, (ulong)count))];
        Tensor[] first = [.. parameters.Select(w => Tensor.Zeros(w.Shape))], second = [.. parameters.Select(w => Tensor.Ones(w.Shape))];
        Tensor[] averages = [.. parameters.Select(w => Tensor.Ones(w.Shape))];
        Parameter table = new(Tensor.Uniform(new Shape(6, 2), -1, 1, new RandomKey(9, 9)));
        table.Embedding(Tensor.From([1, 4, 1], new Shape(3)), sparse: true).Sum().Backward();
        Tensor rows = Tensor.Zeros(table.Shape);
        using (isCollected ? new OptimizerScope() : null)
        {
            for (int i = 0; i < parameters.Length; i++)
            {
                switch (i % 3)
                {
                    case 0:
                        OptimizerUpdates.Adam(parameters[i], first[i], second[i], 0.5f, 0.9f, 0.98f, 1e-6f, 0.01f, 0.1f * i, 1.1f);
                        break;
                    case 1:
                        OptimizerUpdates.Sgd(parameters[i], first[i], 0.5f, 0.1f * i, 0.9f, true, 0.01f);
                        break;
                    default:
                        OptimizerUpdates.Adagrad(parameters[i], second[i], 0.5f, 0.1f * i, 1e-4f);
                        break;
                }

                OptimizerUpdates.Average(averages[i], parameters[i], 0.25f);
            }

            OptimizerUpdates.Adagrad(table, rows, 0.5f, 0.1f, 1e-4f);
        }

        IEnumerable<Tensor> all = parameters.Concat(first).Concat(second).Concat(averages).Append(table).Append(rows);
        return [.. all.SelectMany(tensor => tensor.ToArray())];
    }

    private static Parameter Filled(int count, ulong seed)
    {
        Parameter w = new(Tensor.Uniform(new Shape(count), -1, 1, new RandomKey(seed, 1)));
        (w * w).Sum().Backward();
        return w;
    }
}
