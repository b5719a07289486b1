using FsCheck;
using FsCheck.Fluent;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Random operands for properties: tensors of one to four axes, under any layout, and sizes of axes.</summary>
public static class OperandArbitraries
{
    private static readonly Gen<int> _size = Gen.OneOf(Gen.Choose(1, 5), Gen.Elements(7, 8, 9, 15, 16, 17, 31, 33));

    private static readonly Gen<Tensor> _tensor =
        from rank in Gen.Choose(1, 4)
        from sizes in Gen.ArrayOf(_size, rank)
        from layout in Gen.Elements(Enum.GetValues<OperandLayout>())
        from seed in Gen.Choose(1, 1000)
        select Make(Shrunk(sizes), layout, seed);

    public static Arbitrary<Tensor> Tensors() => _tensor.ToArbitrary();

    public static Arbitrary<OperandSize> Sizes() => _size.Select(size => new OperandSize(size)).ToArbitrary();

    /// <summary>A tensor with values between -1 and 1.</summary>
    public static Tensor Make(int[] sizes, OperandLayout layout, int seed)
    {
        OperatorOperand operand =
            new(new Shape(sizes), (count, random) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)]);
        return operand.View(operand.Leaf(layout, seed, Device.Cpu), layout);
    }

    // At most about ten thousand elements.
    private static int[] Shrunk(int[] sizes)
    {
        for (int i = 0; sizes.Aggregate(1L, (count, size) => count * size) > 10_000; i++)
        {
            sizes[i % sizes.Length] = (sizes[i % sizes.Length] + 1) / 2;
        }

        return sizes;
    }
}
