using System.Runtime.InteropServices;
using SharpFuzz;
using SharpFuzz.Common;

namespace ManagedTransformer.Fuzz;

/// <summary>What afl-fuzz starts, with assemblies that were rewritten to tell of every branch.</summary>
internal static class AflEntry
{
    private const int BranchBytes = 1 << 16;

    /// <summary>Lets such assemblies run before afl-fuzz listens, and without it.</summary>
    public static unsafe void Prepare() => Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(BranchBytes);

    /// <summary>Reads one file after another.</summary>
    /// <param name="target">Reads them.</param>
    /// <returns>The exit code.</returns>
    public static int Run(FuzzTarget target)
    {
        using Workplace place = new(target);
        Fuzzer.Run(stream => Read(target, place, stream));
        return 0;
    }

    private static void Read(FuzzTarget target, Workplace place, Stream stream)
    {
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        place.Put(bytes.ToArray());
        bool succeeded = false;
        try
        {
            target.Read(place.Folder);
            succeeded = true;
        }
        catch (Exception e) when (e is InputException || e.GetType() == target.Documented)
        {
            // As it should be.
        }

        if (place.Written(succeeded) is { } written)
        {
            throw new InvalidOperationException($"It writes {written}.");
        }
    }
}
