using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Attention;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Fused attention with the widest vectors that the processor has.</summary>
internal sealed class CpuAttentionKernels : IAttentionKernels
{
    public void Attention(in AttentionProblem problem)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Attention<Vector512Ops, Vector512<float>>(problem);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Attention<Vector256Ops, Vector256<float>>(problem);
        }
        else
        {
            Attention<Vector128Ops, Vector128<float>>(problem);
        }
    }

    public void AttentionGradient(in AttentionGradientProblem problem)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            AttentionGradient<Vector512Ops, Vector512<float>>(problem);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            AttentionGradient<Vector256Ops, Vector256<float>>(problem);
        }
        else
        {
            AttentionGradient<Vector128Ops, Vector128<float>>(problem);
        }
    }

    public void SpanAttention(in SpanAttentionProblem problem)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            SpanAttention<Vector512Ops, Vector512<float>>(problem);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            SpanAttention<Vector256Ops, Vector256<float>>(problem);
        }
        else
        {
            SpanAttention<Vector128Ops, Vector128<float>>(problem);
        }
    }

    public void SpanAttentionGradient(in SpanAttentionGradientProblem problem)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            SpanAttentionGradient<Vector512Ops, Vector512<float>>(problem);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            SpanAttentionGradient<Vector256Ops, Vector256<float>>(problem);
        }
        else
        {
            SpanAttentionGradient<Vector128Ops, Vector128<float>>(problem);
        }
    }

    public void LinearAttention(in LinearAttentionProblem problem)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            LinearAttention<Vector512Ops, Vector512<float>>(problem);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            LinearAttention<Vector256Ops, Vector256<float>>(problem);
        }
        else
        {
            LinearAttention<Vector128Ops, Vector128<float>>(problem);
        }
    }

    public void LinearAttentionGradient(in LinearAttentionGradientProblem problem)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            LinearAttentionGradient<Vector512Ops, Vector512<float>>(problem);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            LinearAttentionGradient<Vector256Ops, Vector256<float>>(problem);
        }
        else
        {
            LinearAttentionGradient<Vector128Ops, Vector128<float>>(problem);
        }
    }

    private static void Attention<TOps, TVector>(in AttentionProblem problem)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        var arguments = new AttentionArguments(problem);
        if (problem.QueryLength == 1 && problem.Dropout == 0 && problem.Maxima.IsAbsent)
        {
            var decode = new AttentionDecode<TOps, TVector>(arguments);
            WorkerPool.Shared.Run(decode.Chunks, ref decode);
            decode.Combine();
            return;
        }

        var job = new AttentionForward<TOps, TVector>(arguments);
        WorkerPool.Shared.Run(job.Chunks, ref job);
    }

    private static void AttentionGradient<TOps, TVector>(in AttentionGradientProblem problem)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        var job = new AttentionBackward<TOps, TVector>(new AttentionGradientArguments(problem));
        WorkerPool.Shared.Run(job.Chunks, ref job);
    }

    private static unsafe void SpanAttention<TOps, TVector>(in SpanAttentionProblem problem)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        using PooledScratch slots = new(problem.Heads),
            positions = new(SpanPositions<TOps, TVector>.Size(problem.Length, problem.HeadWidth));
        var arguments = new SpanArguments(problem, (int*)slots.Floats);
        SpanReach<TOps, TVector>.Extend(arguments, (int*)slots.Floats);
        if (problem.QueryLength == 1 && problem.Dropout == 0 && problem.Maxima.IsAbsent)
        {
            var decode = new SpanDecode<TOps, TVector>(arguments);
            WorkerPool.Shared.Run(decode.Chunks, ref decode);
            return;
        }

        var job = new SpanForward<TOps, TVector>(arguments, new SpanPositions<TOps, TVector>(arguments, positions.Floats));
        WorkerPool.Shared.Run(job.Chunks, ref job);
    }

    private static unsafe void SpanAttentionGradient<TOps, TVector>(in SpanAttentionGradientProblem problem)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        using PooledScratch slots = new(problem.Forward.Heads),
            positions = new(SpanPositions<TOps, TVector>.Size(problem.Forward.Length, problem.Forward.HeadWidth));
        var arguments = new SpanGradientArguments(problem, (int*)slots.Floats);
        SpanReach<TOps, TVector>.Extend(arguments.Forward, (int*)slots.Floats);
        using PooledScratch sums = new(new SpanPartials<TOps, TVector>(arguments.Forward, null).Size);
        var partials = new SpanPartials<TOps, TVector>(arguments.Forward, sums.Floats);
        var job = new SpanBackward<TOps, TVector>(arguments,
            new SpanPositions<TOps, TVector>(arguments.Forward, positions.Floats), partials);
        WorkerPool.Shared.Run(job.Chunks, ref job);
        partials.Combine(arguments);
    }

    private static void LinearAttention<TOps, TVector>(in LinearAttentionProblem problem)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        var arguments = new LinearArguments(problem);
        if (problem.Length == 1 && arguments.HasState && arguments.HasFinalState && problem.Denominators.IsAbsent)
        {
            var step = new LinearStep<TOps, TVector>(arguments);
            WorkerPool.Shared.Run(step.Chunks, ref step);
            return;
        }

        var job = new LinearForward<TOps, TVector>(arguments);
        WorkerPool.Shared.Run(job.Chunks, ref job);
    }

    private static void LinearAttentionGradient<TOps, TVector>(in LinearAttentionGradientProblem problem)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        var job = new LinearBackward<TOps, TVector>(new LinearGradientArguments(problem));
        WorkerPool.Shared.Run(job.Chunks, ref job);
    }
}
