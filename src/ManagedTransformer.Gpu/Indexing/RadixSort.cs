using System.Numerics;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Launches <see cref="RadixCode"/>: one launch for few entries, three per digit otherwise, and only as many digits as the largest key has.
/// </summary>
internal static class RadixSort
{
    // Each thread moves a stretch; long stretches mean few groups, short ones many counts.
    private const int LeastPerThread = 8;
    private const long MostGroups = 2048;

    /// <summary>
    /// sorted = the keys in ascending order; order[place] = the position that sorted[place] had, equal keys in the order of their
    /// positions.
    /// </summary>
    public static void Run(GpuDevice device, RadixKeys keys, ArrayView<int> sorted, ArrayView<int> order, long count)
    {
        if (count == 0)
        {
            return;
        }

        int bits = BitOperations.Log2((uint)Math.Max(1, Math.Max(keys.Limit - 1, keys.Sentinel))) + 1;
        var arguments = new RadixArguments { Keys = keys, ToKeys = sorted, ToOrder = order, Count = count };
        if (count <= RadixCode.SmallCount)
        {
            arguments.PerThread = (int)((count + RadixCode.MostThreads - 1) / RadixCode.MostThreads);
            arguments.Passes = Passes(bits, RadixCode.SmallDigitBits);
            device.Launch(RadixCode.Small, new Index3D(1, 1, 1), RadixCode.MostThreads, arguments);
            return;
        }

        Sort(device, arguments, bits);
    }

    private static void Sort(GpuDevice device, RadixArguments arguments, int bits)
    {
        int passes = Passes(bits, RadixCode.MostDigitBits);
        ArrayView<int> sorted = arguments.ToKeys, order = arguments.ToOrder;
        arguments.DigitBits = (bits + passes - 1) / passes;
        int threads = Math.Min(RadixCode.MostThreads, RadixCode.Counters >> arguments.DigitBits);
        arguments.PerThread = (int)Math.Max(LeastPerThread, (arguments.Count + (MostGroups * threads) - 1) / (MostGroups * threads));
        long perGroup = (long)threads * arguments.PerThread;
        arguments.Groups = (int)((arguments.Count + perGroup - 1) / perGroup);
        long counts = (long)arguments.Groups << arguments.DigitBits, moved = passes == 1 ? 0 : arguments.Count;
        using var scratch = new DeviceScratch(device, DeviceScratch.Room<int>(counts) + (2 * DeviceScratch.Room<int>(moved)));
        arguments.Counts = scratch.Take<int>(counts);
        ArrayView<int> otherKeys = scratch.Take<int>(moved), otherOrder = scratch.Take<int>(moved);
        for (int pass = 0; pass < passes; pass++)
        {
            // The last pass ends in the results, the one before it in the scratch memory, and so on.
            bool toResult = ((passes - pass) & 1) == 1;
            (arguments.ToKeys, arguments.ToOrder) = toResult ? (sorted, order) : (otherKeys, otherOrder);
            (arguments.FromKeys, arguments.FromOrder) = toResult ? (otherKeys, otherOrder) : (sorted, order);
            arguments.Shift = pass * arguments.DigitBits;
            arguments.IsFirst = pass == 0 ? 1 : 0;
            device.Launch(RadixCode.Count, new Index3D(arguments.Groups, 1, 1), threads, arguments);
            device.Launch(RadixCode.Places, new Index3D(1, 1, 1), RadixCode.PlacesThreads, arguments);
            device.Launch(RadixCode.Move, new Index3D(arguments.Groups, 1, 1), threads, arguments);
        }
    }

    private static int Passes(int bits, int digitBits) => (bits + digitBits - 1) / digitBits;
}
