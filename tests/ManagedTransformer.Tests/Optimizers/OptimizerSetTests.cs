using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Optimizers;

/// <summary>Optimisers of parts of a model, and lazy Adam.</summary>
public sealed class OptimizerSetTests
{
    [Fact]
    public void ValuesHaveAnOptimizerOfTheirOwn()
    {
        NamedParameter[] parameters = [.. new[] { "attn.value.weight", "memory.values.weight", "values.weight", "memory.keys.weight" }
            .Select(name => new NamedParameter(name, new Parameter(Tensor.Ones(new Shape(2, 1)))))];
        OptimizerRecipe recipe = new() { ClipNorm = 1, Values = new ValuesRecipe { Lr = 0.5f, ClipNorm = 2 } };
        OptimizerSet set = recipe.CreateSet(parameters);
        Assert.Equal(["memory.values.weight", "values.weight"], set.Parts[1].Parameters.Select(named => named.Name));
        Assert.Equal(8, set.State().Count());
        Assert.Single((recipe with { Values = null }).CreateSet(parameters).Parts);

        foreach (NamedParameter named in parameters)
        {
            named.Parameter.Sum().Backward();
        }

        Assert.Equal([2, 2], set.GradientNorms());
        set.Step(0.25f, set.GradientNorms());

        // The first step of Adam is the learning rate: the scheduled one, or the values' own.
        Assert.Equal(0.75f, parameters[0].Parameter.ToArray()[0], 1e-4f);
        Assert.Equal(0.5f, parameters[1].Parameter.ToArray()[0], 1e-4f);
        Assert.Equal(1, set.Updates);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RowsThatWereNotReadMoveOnlyUnderDenseAdam(bool lazy)
    {
        (Parameter table, Adam adam) = Table(lazy);
        Read(table, 0, 1);
        adam.Step(0.1f);
        float[] before = table.ToArray();
        table.ClearGradient();
        Read(table, 1);
        adam.Step(0.1f);
        float[] after = table.ToArray();
        Assert.Equal(lazy, before[0] == after[0]);
        Assert.NotEqual(before[1], after[1]);
        Assert.Equal(before[2], after[2]);
    }

    [Fact]
    public void LazyAndDenseAdamAgreeWhereEveryRowIsRead()
    {
        (Parameter lazy, Adam lazyAdam) = Table(lazy: true);
        (Parameter dense, Adam denseAdam) = Table(lazy: false);
        for (int step = 0; step < 5; step++)
        {
            Read(lazy, 0, 1, 2, 1);
            Read(dense, 0, 1, 2, 1);
            lazyAdam.Step(0.1f);
            denseAdam.Step(0.1f);
            lazy.ClearGradient();
            dense.ClearGradient();
        }

        Assert.Equal(dense.ToArray(), lazy.ToArray());
    }

    private static (Parameter Table, Adam Adam) Table(bool lazy)
    {
        Parameter table = new(Tensor.From([1f, 2, 3], new Shape(3, 1)));
        return (table, new Adam([new ParameterGroup([new NamedParameter("values.weight", table)])], new AdamOptions { Lazy = lazy }));
    }

    private static void Read(Parameter table, params int[] rows) =>
        table.Embedding(Tensor.From(rows, new Shape(rows.Length)), sparse: true).Sum().Backward();
}
