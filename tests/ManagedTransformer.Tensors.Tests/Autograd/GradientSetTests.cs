using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Autograd;

/// <summary>Gradients of several walks.</summary>
public sealed class GradientSetTests
{
    [Fact]
    public void WalksAreAddedApartAndParametersWithoutAGradientHaveNone()
    {
        Parameter used = new(Tensor.From([1f, 2], new Shape(2))), unused = new(Tensor.From([3f], new Shape(1)));
        GradientSet gradients = new([used, unused]);
        for (int walk = 1; walk <= 3; walk++)
        {
            (used * walk).Sum().Backward();
            Assert.Equal([walk, walk], used.Gradient!.ToArray());
            gradients.Fold();
            Assert.Null(used.Gradient);
        }

        gradients.Restore();
        Assert.Equal([6f, 6], used.Gradient!.ToArray());
        Assert.Null(unused.Gradient);
        gradients.Clear();
        gradients.Restore();
        Assert.Null(used.Gradient);
    }

    [Fact]
    public void PackedParametersHaveOneGradient()
    {
        Parameter packed = new(Tensor.From([1f, 2, 3, 4], new Shape(2, 2)));
        Parameter first = packed.Rows(0, 1), second = packed.Rows(1, 1);
        GradientSet gradients = new([first, second]);
        Assert.Equal((1, 2, 4L), (gradients.Count, gradients.Parameters, gradients.Length(0)));
        (second * 5).Sum().Backward();
        Assert.Equal([0f, 0, 5, 5], gradients.Values(0, 0, 4).ToArray());
        gradients.Make(0);
        gradients.Values(0, 2, 2).Fill(7);
        Assert.Equal([7f, 7], second.Gradient!.ToArray());
    }

    [Fact]
    public void AWalkTellsWhenAGradientIsComplete()
    {
        Parameter early = new(Tensor.From([1f, 2], new Shape(2))), late = new(Tensor.From([3f, 4], new Shape(2)));
        GradientSet gradients = new([early, late]);
        List<(int Number, bool HasOther)> told = [];
        Tensor y = late * late; // the walk comes here last
        Tensor loss = ((y * early) + early).Sum();
        gradients.Watch(() => loss.Backward(), number =>
        {
            told.Add((number, gradients.Has(1 - number)));
            Assert.True(gradients.Has(number));
        });
        Assert.Equal([(0, false), (1, true)], told);
        Assert.Equal([10f, 17], early.Gradient!.ToArray());
    }

    [Fact]
    public void WhatIsComputedAgainCompletesNothingBefore()
    {
        Parameter outside = new(Tensor.From([1f, 2], new Shape(2))), inside = new(Tensor.From([3f, 4], new Shape(2)));
        GradientSet gradients = new([outside, inside]);
        List<(int Number, float[] Values)> told = [];
        Tensor x = outside * 2;
        Tensor loss = (x.Checkpoint(value => value * inside * outside) * inside).Sum();
        gradients.Watch(() => loss.Backward(), number => told.Add((number, gradients.Values(number, 0, 2).ToArray())));

        // Inside a part that is computed again, nobody knows beforehand which parameters get something.
        Assert.Equal([1, 0], told.Select(entry => entry.Number));
        Assert.Equal(inside.Gradient!.ToArray(), told[0].Values);
        Assert.Equal(outside.Gradient!.ToArray(), told[1].Values);
    }

    [Fact]
    public void RowsOfARangeAreThoseOfTheWhole()
    {
        Parameter table = new(Tensor.Zeros(new Shape(6, 2)));
        Parameter middle = table.Rows(2, 3);
        Tensor ids = Tensor.From([4, 0, 2, 4], new Shape(4));
        (table.Embedding(ids, sparse: true) * Tensor.From([1f, 2, 3, 4], new Shape(4, 1))).Sum().Backward();
        Assert.Equal([0, 2, 4], table.RowGradient!.Rows());
        Assert.Equal([0, 2], middle.RowGradient!.Rows());
        Assert.Equal([3f, 3, 0, 0, 5, 5], middle.RowGradient.ToDense().ToArray());
    }
}
