using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Small kernels with one fault each, and the same ones without it. They are for groups of 64 threads.</summary>
internal static class FaultCode
{
    private const int Threads = 64;

    public static void Reverse(FaultArguments arguments) => Reverse(arguments, hasBarrier: true);

    /// <summary>Some threads write what others still have to read.</summary>
    public static void ReverseWithoutBarrier(FaultArguments arguments) => Reverse(arguments, hasBarrier: false);

    public static void Copy(FaultArguments arguments) => arguments.Y[Group.IdxX] = arguments.X[Group.IdxX];

    /// <summary>The last thread writes behind the buffer.</summary>
    public static void CopyTooFar(FaultArguments arguments) => arguments.Y[Group.IdxX + 1] = arguments.X[Group.IdxX];

    /// <summary>Misaligned if the view begins between two vectors.</summary>
    public static void CopyQuads(FaultArguments arguments)
    {
        if (Group.IdxX < arguments.Count)
        {
            Quad quad = arguments.X.Cast<Quad>()[Group.IdxX];
            arguments.Y.Cast<Quad>()[Group.IdxX] = new Quad { A = quad.B, B = quad.A, C = quad.D, D = quad.C };
        }
    }

    public static void CopyBehindBarrier(FaultArguments arguments)
    {
        Group.Barrier();
        arguments.Y[Group.IdxX] = arguments.X[Group.IdxX];
    }

    /// <summary>Half of a warp waits.</summary>
    public static void BarrierInBranch(FaultArguments arguments)
    {
        if (Group.IdxX < 16)
        {
            Group.Barrier();
        }

        arguments.Y[Group.IdxX] = arguments.X[Group.IdxX];
    }

    /// <summary>One warp waits, the other one has ended.</summary>
    public static void BarrierAfterReturn(FaultArguments arguments)
    {
        if (Group.IdxX >= 32)
        {
            return;
        }

        Group.Barrier();
        arguments.Y[Group.IdxX] = arguments.X[Group.IdxX];
    }

    public static void CopyAsync(FaultArguments arguments)
    {
        ArrayView<float> shared = StartCopy(arguments);
        CudaAsm.Emit("cp.async.wait_group 0;");
        FinishCopy(arguments, shared);
    }

    /// <summary>Reads what is still on its way.</summary>
    public static void CopyAsyncWithoutWait(FaultArguments arguments)
    {
        ArrayView<float> shared = StartCopy(arguments);
        FinishCopy(arguments, shared);
    }

    /// <summary>Everybody waits for its own copy, but not for the others.</summary>
    public static void CopyAsyncWithoutBarrier(FaultArguments arguments)
    {
        ArrayView<float> shared = StartCopy(arguments);
        CudaAsm.Emit("cp.async.wait_group 0;");
        arguments.Y[Group.IdxX] = shared[Threads - 1 - Group.IdxX];
    }

    /// <summary>Waits for all but the last group, which has what is read.</summary>
    public static void CopyAsyncWaitsForTooFew(FaultArguments arguments)
    {
        ArrayView<float> shared = StartCopy(arguments);
        CudaAsm.Emit("cp.async.wait_group 1;");
        FinishCopy(arguments, shared);
    }

    /// <summary>Half of the places that are read are never written.</summary>
    public static void ReadUnwritten(FaultArguments arguments)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Threads);
        if (Group.IdxX < arguments.Count)
        {
            shared[Group.IdxX] = arguments.X[Group.IdxX];
        }

        Group.Barrier();
        arguments.Y[Group.IdxX] = shared[Threads - 1 - Group.IdxX];
    }

    public static void WriteOwnPlace(FaultArguments arguments) => arguments.Y[(Grid.IdxX * Threads) + Group.IdxX] = arguments.X[Group.IdxX];

    /// <summary>Two groups write the same places.</summary>
    public static void WriteSamePlace(FaultArguments arguments) => arguments.Y[Group.IdxX] = arguments.X[Group.IdxX];

    public static void Exchange(FaultArguments arguments)
    {
        arguments.Y[Group.IdxX] = arguments.X[Group.IdxX];
        Group.Barrier();
        arguments.Y[Threads + Group.IdxX] = arguments.Y[Threads - 1 - Group.IdxX];
    }

    /// <summary>Threads of a group read global memory that others may not have written yet.</summary>
    public static void ExchangeWithoutBarrier(FaultArguments arguments)
    {
        arguments.Y[Group.IdxX] = arguments.X[Group.IdxX];
        arguments.Y[Threads + Group.IdxX] = arguments.Y[Threads - 1 - Group.IdxX];
    }

    public static void Shuffle(FaultArguments arguments) => arguments.Y[Group.IdxX] = Warp.ShuffleXor(arguments.X[Group.IdxX], 1);

    /// <summary>Half of the warp exchanges registers with lanes that do not come.</summary>
    public static void ShuffleInBranch(FaultArguments arguments)
    {
        float value = arguments.X[Group.IdxX];
        if ((Group.IdxX & 31) < 16)
        {
            value = Warp.ShuffleXor(value, 1);
        }

        arguments.Y[Group.IdxX] = value;
    }

    public static void CountTogether(FaultArguments arguments) => Atomic.Add(ref arguments.Counts[0], 1);

    /// <summary>Reads a counter that others still change.</summary>
    public static void CountAndRead(FaultArguments arguments)
    {
        Atomic.Add(ref arguments.Counts[0], 1);
        arguments.Y[Group.IdxX] = arguments.Counts[0];
    }

    /// <summary>A load, a store to the same place, and the loaded value used in the next round: a fault of ILGPU's.</summary>
    public static void SumsBefore(FaultArguments arguments)
    {
        if (Group.IdxX == 0)
        {
            int sum = 0;
            for (int i = 0; i < arguments.Count; i++)
            {
                int counted = arguments.Counts[i];
                arguments.Counts[i] = sum;
                sum += counted;
            }
        }
    }

    /// <summary>Goes on as long as nobody stops it.</summary>
    public static void Endless(FaultArguments arguments)
    {
        while (arguments.Y[Group.IdxX] >= 0)
        {
            arguments.Y[Group.IdxX] += 1;
        }
    }

    private static void Reverse(FaultArguments arguments, bool hasBarrier)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX] = arguments.X[Group.IdxX];
        Group.Barrier();
        float value = shared[Threads - 1 - Group.IdxX];
        if (hasBarrier)
        {
            Group.Barrier();
        }

        shared[Group.IdxX] = value;
        Group.Barrier();
        arguments.Y[Group.IdxX] = shared[Group.IdxX];
    }

    // Copies of 16 bytes: the first 16 threads bring everything.
    private static ArrayView<float> StartCopy(FaultArguments arguments)
    {
        ArrayView<float> shared = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit("mov.u32 %0, __dyn_shared_alloca;", out uint start);
        if (Group.IdxX < Threads / 4)
        {
            CudaAsm.Emit("cp.async.cg.shared.global [%0], [%1], 16;",
                start + ((uint)Group.IdxX * 16), arguments.Source + (Group.IdxX * 16));
        }

        CudaAsm.Emit("cp.async.commit_group;");
        return shared;
    }

    private static void FinishCopy(FaultArguments arguments, ArrayView<float> shared)
    {
        Group.Barrier();
        arguments.Y[Group.IdxX] = shared[Threads - 1 - Group.IdxX];
    }
}
