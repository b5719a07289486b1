using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>Gradient of span attention; a chunk of work is one head of a group of sequences.</summary>
internal readonly unsafe struct SpanBackward<TOps, TVector>(SpanGradientArguments arguments, SpanPositions<TOps, TVector> positions,
    SpanPartials<TOps, TVector> partials) : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public int Chunks => arguments.Forward.Heads * partials.Groups;

    public void Execute(int chunk)
    {
        int head = chunk / partials.Groups, group = chunk % partials.Groups;
        partials.Clear(head, group);
        var pass = new SpanGradientPass<TOps, TVector>(arguments, positions, head, partials, group);
        for (int batch = group * partials.GroupSize; batch < Math.Min((group + 1) * partials.GroupSize, arguments.Forward.Batch); batch++)
        {
            pass.Load(batch);
            for (int first = 0; first < arguments.Forward.QueryLength; first += pass.TileQueries)
            {
                pass.AddTile(first);
            }

            pass.Store();
        }

        if (!arguments.Forward.HasSpanPerQuery)
        {
            *partials.Span(head, group) = pass.SpanGradient;
        }
    }
}
