using ManagedTransformer.Tensors.Reference;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>
/// Every operator of <see cref="OperatorCases"/>: values and gradients against the reference device,
/// gradients against numerical differentiation.
/// </summary>
public sealed class OperatorTests
{
    private const double DeviceTolerance = 5e-5;
    private const double GradientTolerance = 5e-4;
    private static readonly Dictionary<string, OperatorCase> _casesByName = OperatorCases.All.ToDictionary(test => test.Name);

    public static TheoryData<string> Names => [.. _casesByName.Keys];

    public static TheoryData<string> NamesWithGradient => [.. OperatorCases.All.Where(test => test.HasGradient).Select(test => test.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithTheReference(string name)
    {
        OperatorCase test = _casesByName[name];
        foreach (OperandLayout layout in test.Layouts)
        {
            List<float[]> expected = Run(test, layout, ReferenceDevice.Instance), actual = Run(test, layout, Device.Cpu);
            for (int i = 0; i < expected.Count; i++)
            {
                Same(expected[i], actual[i], $"{name}, {layout}, {(i == 0 ? "value" : $"gradient of operand {i - 1}")}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(NamesWithGradient))]
    public void AgreesWithNumericalDifferentiation(string name)
    {
        OperatorCase test = _casesByName[name];
        foreach (OperandLayout layout in test.Layouts)
        {
            double error = GradientCheck.Run(leaves => test.Apply(leaves, layout), test.Leaves(layout, Device.Cpu), test.Step);
            Assert.True(error < GradientTolerance, $"{name}, {layout}: the gradients differ by {error:G3}");
        }
    }

    // The value, then the gradient of every leaf.
    private static List<float[]> Run(OperatorCase test, OperandLayout layout, Device device)
    {
        Tensor[] leaves = test.Leaves(layout, device);
        foreach (Tensor leaf in leaves)
        {
            leaf.RequiresGradient = test.HasGradient;
        }

        Tensor y = test.Apply(leaves, layout);
        List<float[]> results = [y.DType == DType.Int32 ? [.. y.ToInt32Array().Select(value => (float)value)] : y.ToArray()];
        if (test.HasGradient)
        {
            float[] weights = Tensor.Uniform(y.Shape, -1, 1, new RandomKey(1, 2)).ToArray();
            y.Backward(Tensor.From(weights, y.Shape, device));
            results.AddRange(leaves.Select(leaf => leaf.Gradient?.ToArray() ?? new float[leaf.Count]));
        }

        return results;
    }

    private static void Same(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool close = expected[i].Equals(actual[i])
                || Math.Abs(expected[i] - actual[i]) <= DeviceTolerance * (1 + Math.Abs(expected[i]));
            Assert.True(close, $"{what}, element {i}: expected {expected[i]}, is {actual[i]}");
        }
    }
}
