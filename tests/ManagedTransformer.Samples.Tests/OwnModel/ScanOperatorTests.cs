using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Xunit;
using ManagedTransformer.Modules;
using ManagedTransformer.Samples.OwnModel;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Samples.Tests.OwnModel;

/// <summary>The sample's operator, and that the sample is a stranger to the library.</summary>
public sealed class ScanOperatorTests
{
    [Fact]
    public void TheSampleSeesPublicMembersOnly() => Assert.Empty(
        from library in new[] { typeof(Module).Assembly, typeof(Tensor).Assembly }
        from friend in library.GetCustomAttributes(typeof(InternalsVisibleToAttribute), false).Cast<InternalsVisibleToAttribute>()
        where friend.AssemblyName.Contains(".Samples.", StringComparison.Ordinal)
        select $"{library.GetName().Name}: {friend.AssemblyName}");

    [Property(MaxTest = 30)]
    public void ItsGradientPassesTheCheck(PositiveInt rows, PositiveInt length, PositiveInt width, byte seed)
    {
        (int b, int t, int d) = (1 + (rows.Get % 3), 1 + (length.Get % 6), 1 + (width.Get % 4));
        Tensor[] inputs = [Values(new Shape(b, t, d), seed, 0), Values(new Shape(b, t, d), seed, 1), Values(new Shape(b, d), seed, 2)];
        Assert.InRange(GradientCheck.Run(given => ScanOperator.Scan(given[0], given[1], given[2]), inputs), 0, 5e-4);
    }

    [Property(MaxTest = 30)]
    public void ItIsTheRecurrence(PositiveInt length, byte seed)
    {
        int t = 1 + (length.Get % 40);
        float[] factors = Values(new Shape(1, t, 1), seed, 0).ToArray(), added = Values(new Shape(1, t, 1), seed, 1).ToArray();
        double state = 0.5;
        double[] expected = [.. factors.Zip(added).Select(pair => state = (pair.First * state) + pair.Second)];
        Shape shape = new(1, t, 1);
        Tensor start = Tensor.Full(new Shape(1, 1), 0.5f);
        float[] found = ScanOperator.Scan(Tensor.From(factors, shape), Tensor.From(added, shape), start).ToArray();
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused() => Assert.Contains("[1, 2, 3]", Assert.Throws<ArgumentException>(
        () => ScanOperator.Scan(Tensor.Ones(new Shape(1, 2, 3)), Tensor.Ones(new Shape(1, 2, 3)), Tensor.Ones(new Shape(1, 2)))).Message,
        StringComparison.Ordinal);

    private static Tensor Values(Shape shape, byte seed, ulong place) => Tensor.Uniform(shape, -1, 1, new RandomKey(seed, place));
}
