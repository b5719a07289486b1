using ManagedTransformer.Tensors.Cpu.Attention;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Fused attention with the vectors of one width.</summary>
internal sealed unsafe class CpuAttentionKernels<TOps, TVector> : IAttentionKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void Attention(in AttentionProblem problem)
    {
        if (IsDecode(problem))
        {
            DecodeEach<TOps, TVector>.Run(new ReadOnlySpan<AttentionProblem>(in problem));
            return;
        }

        var job = new AttentionForward<TOps, TVector>(new AttentionArguments(problem));
        WorkerPool.Shared.Run(job.Chunks, ref job);
    }

    public void AttentionEach(ReadOnlySpan<AttentionProblem> problems)
    {
        bool areDecodes = true;
        foreach (ref readonly AttentionProblem problem in problems)
        {
            areDecodes &= IsDecode(problem);
        }

        for (int first = 0; areDecodes && first < problems.Length; first += DecodeEach<TOps, TVector>.Most)
        {
            DecodeEach<TOps, TVector>.Run(problems.Slice(first, Math.Min(DecodeEach<TOps, TVector>.Most, problems.Length - first)));
        }

        for (int i = 0; !areDecodes && i < problems.Length; i++)
        {
            Attention(problems[i]);
        }
    }

    public void AttentionGradient(in AttentionGradientProblem problem)
    {
        var job = new AttentionBackward<TOps, TVector>(new AttentionGradientArguments(problem));
        WorkerPool.Shared.Run(job.Chunks, ref job);
    }

    public void SpanAttention(in SpanAttentionProblem problem)
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

    public void SpanAttentionGradient(in SpanAttentionGradientProblem problem)
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

    public void LinearAttention(in LinearAttentionProblem problem)
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

    public void LinearAttentionGradient(in LinearAttentionGradientProblem problem)
    {
        var job = new LinearBackward<TOps, TVector>(new LinearGradientArguments(problem));
        WorkerPool.Shared.Run(job.Chunks, ref job);
    }

    public void Rotate(in RotaryProblem problem)
    {
        long rows = (long)problem.Batch * problem.Length;
        IndexCheck.Indices(problem.Positions.Integers(), problem.Positions.IsAbsent ? 0 : rows, problem.TableRows, null, nameof(Rotate));
        var job = new Rotation<TOps, TVector>(problem);
        Ranges.RunRows(rows, (long)problem.Heads * problem.Width, ref job);
    }

    private static bool IsDecode(in AttentionProblem problem) =>
        problem.QueryLength == 1 && problem.Dropout == 0 && problem.Maxima.IsAbsent;
}
