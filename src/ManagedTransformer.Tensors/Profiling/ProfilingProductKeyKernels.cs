using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times product-key searches: every query meets 2 n half keys, and k pairs of them in the gradients.</summary>
internal sealed class ProfilingProductKeyKernels(IProductKeyKernels kernels, KernelProfile profile) : IProductKeyKernels
{
    public void Search(DeviceBuffer query, DeviceBuffer keys, DeviceBuffer scores, DeviceBuffer slots, in ProductKeyShape shape)
    {
        double operations = 4.0 * shape.Rows * shape.Heads * shape.Keys * shape.Half;
        using KernelClock _ = profile.Time("ProductKeySearch", Queries(shape) + Keys(shape) + Slots(shape), operations);
        kernels.Search(query, keys, scores, slots, shape);
    }

    public void QueryGradient(DeviceBuffer keys, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dQuery, in ProductKeyShape shape)
    {
        using KernelClock _ = profile.Time("ProductKeyQueryGradient", Queries(shape) + Keys(shape) + Slots(shape),
            GradientOperations(shape));
        kernels.QueryGradient(keys, slots, dScores, dQuery, shape);
    }

    public void KeyGradient(DeviceBuffer query, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dKeys, in ProductKeyShape shape)
    {
        using KernelClock _ = profile.Time("ProductKeyKeyGradient", Queries(shape) + (2 * Keys(shape)) + Slots(shape),
            GradientOperations(shape));
        kernels.KeyGradient(query, slots, dScores, dKeys, shape);
    }

    private static double Queries(in ProductKeyShape shape) => 2.0 * shape.Rows * shape.Heads * shape.Half;

    private static double Keys(in ProductKeyShape shape) => 2.0 * shape.Heads * shape.Keys * shape.Half;

    private static double Slots(in ProductKeyShape shape) => 2.0 * shape.Rows * shape.Heads * shape.Kept;

    private static double GradientOperations(in ProductKeyShape shape) => 4.0 * shape.Rows * shape.Heads * shape.Kept * shape.Half;
}
