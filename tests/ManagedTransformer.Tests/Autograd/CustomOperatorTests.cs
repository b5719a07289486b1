using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Autograd;

/// <summary>
/// Operators with a gradient of the caller's, written from outside the assembly: this one sees public members of the engine only.
/// </summary>
public sealed class CustomOperatorTests
{
    [Fact]
    public void TheGradientOfAFunctionOfOneInputPassesTheCheck()
    {
        Tensor x = Tensor.Uniform(new Shape(3, 5), -2, 2, new RandomKey(1, 0));
        Assert.InRange(GradientCheck.Run(inputs => SoftSign(inputs[0]), [x]), 0, 2e-4);
        Assert.InRange(GradientCheck.Run(inputs => SoftSign(inputs[0].Transpose()).Exp() * SoftSign(inputs[0] * 2).Transpose(), [x]), 0,
            5e-4);
    }

    [Fact]
    public void SeveralInputsGetTheirGradients()
    {
        Tensor x = Tensor.Uniform(new Shape(4, 3), -1, 1, new RandomKey(1, 1)),
            w = Tensor.Uniform(new Shape(2, 3), -1, 1, new RandomKey(1, 2));
        Assert.InRange(GradientCheck.Run(inputs => Project(inputs[0], inputs[1]).Exp(), [x, w]), 0, 2e-4);

        // The same as the library's own operator, alone and where a leaf is used twice.
        foreach (Func<Tensor, Tensor, Tensor> project in (Func<Tensor, Tensor, Tensor>[])[Project, (a, b) => a.Linear(b)])
        {
            x.ClearGradient();
            w.ClearGradient();
            x.RequiresGradient = w.RequiresGradient = true;
            (project(x, w) * project(x, w + w)).Sum().Backward();
            Assert.Equal(_expected ??= x.Gradient!.ToArray(), x.Gradient!.ToArray(), (a, b) => Math.Abs(a - b) < 1e-4);
        }
    }

    [Fact]
    public void MemoryOfAStepIsUsedOverAndOver()
    {
        Tensor w = Tensor.Uniform(new Shape(8, 8), -1, 1, new RandomKey(1, 3));
        w.RequiresGradient = true;
        float[]? first = null;
        for (int step = 0; step < 3; step++)
        {
            w.ClearGradient(release: true);
            using StepScope scope = new();
            Tensor y = SoftSign(SoftSign(w.MatMul(w)).MatMul(w));
            (y * y).Sum().Backward(freeIntermediates: true);
            first ??= w.Gradient!.ToArray();
            Assert.Equal(first, w.Gradient!.ToArray());
        }
    }

    [Fact]
    public void AViewOrAConstantMayBeReturned()
    {
        Tensor x = Tensor.From([1f, 2f], new Shape(2)), constant = Tensor.From([5f, 7f], new Shape(2));
        x.RequiresGradient = true;
        using (new StepScope())
        {
            Tensor same = Tensor.Custom(inputs => inputs[0], (dy, _, _) => [dy * 10], x * 3);
            Tensor fixedOnes = Tensor.Custom(_ => constant, (_, _, _) => [null], x);
            (same * fixedOnes).Sum().Backward(freeIntermediates: true);
        }

        Assert.Equal([150, 210], x.Gradient!.ToArray());
        Assert.Equal([5, 7], constant.ToArray());
    }

    [Fact]
    public void NothingIsRecordedWhereNothingIsNeeded()
    {
        Tensor x = Tensor.Ones(new Shape(2));
        Assert.False(Tensor.Custom(inputs => inputs[0].Exp(), (_, _, _) => throw new InvalidOperationException(), x).RequiresGradient);
        x.RequiresGradient = true;
        using (new NoGradientScope())
        {
            Assert.False(SoftSign(x).RequiresGradient);
        }

        Assert.True(SoftSign(x).RequiresGradient);

        // Inputs that need no gradient may get one nevertheless.
        Tensor y = Tensor.Ones(new Shape(2));
        Tensor.Custom(inputs => inputs[0] * inputs[1], (dy, _, inputs) => [dy * inputs[1], dy * inputs[0]], x, y).Sum().Backward();
        Assert.Equal([1, 1], x.Gradient!.ToArray());
        Assert.Null(y.Gradient);
    }

    [Fact]
    public void WhatDoesNotFitIsTold()
    {
        Tensor x = Tensor.Ones(new Shape(2, 3));
        x.RequiresGradient = true;
        Assert.Contains("at least one input", Assert.Throws<ArgumentException>(() => Tensor.Custom(_ => x, (dy, _, _) => [dy])).Message,
            StringComparison.Ordinal);
        Assert.Contains("Int32[2]", Assert.Throws<ArgumentException>(
            () => Tensor.Custom(_ => Tensor.From([1, 2], new Shape(2)), (dy, _, _) => [dy], x)).Message, StringComparison.Ordinal);
        Fails((dy, _, _) => [dy, dy], "with 1 inputs returned 2 tensors");
        Fails((dy, _, _) => [dy.Transpose()], "input 0 is Float32[3, 2]");
        Fails((_, _, _) => null!, "returned null");

        void Fails(CustomGradient gradient, string expected) => Assert.Contains(
            expected,
            Assert.Throws<InvalidOperationException>(() => Tensor.Custom(inputs => inputs[0] * 2, gradient, x).Sum().Backward()).Message,
            StringComparison.Ordinal);
    }

    private float[]? _expected;

    // x / (1 + |x|), computed on the host.
    private static Tensor SoftSign(Tensor x) => Tensor.Custom(
        inputs => Tensor.From(Array.ConvertAll(inputs[0].ToArray(), value => value / (1 + MathF.Abs(value))), inputs[0].Shape),
        (dy, _, inputs) =>
            [dy * Tensor.From(Array.ConvertAll(inputs[0].ToArray(), value => 1 / MathF.Pow(1 + MathF.Abs(value), 2)), inputs[0].Shape)],
        x);

    private static Tensor Project(Tensor x, Tensor w) => Tensor.Custom(
        inputs => inputs[0].MatMul(inputs[1].Transpose()),
        (dy, _, inputs) => [dy.MatMul(inputs[1]), dy.Transpose().MatMul(inputs[0])],
        x, w);
}
