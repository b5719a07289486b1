using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>One position of linear attention: the state is read and written once. A chunk of work is one head of one sequence.</summary>
internal unsafe struct LinearStep<TOps, TVector>(LinearArguments arguments) : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public readonly int Chunks => arguments.Pairs;

    public readonly void Execute(int pair)
    {
        float kept = 1, added = 1;
        if (arguments.IsPadding(pair, 0))
        {
            added = 0;
        }
        else if (arguments.HasGates)
        {
            (kept, added) = (1 / (1 + MathF.Exp(-arguments.GateLogit(pair, 0))), 1 / (1 + MathF.Exp(arguments.GateLogit(pair, 0))));
        }

        float* query = arguments.Queries(pair)[0], key = arguments.Keys(pair)[0], value = arguments.Values(pair)[0],
            output = arguments.Outputs(pair)[0];
        LinearStateRows before = arguments.State(pair), after = arguments.FinalState(pair);
        float sum = 0;
        for (int i = 0; i < arguments.Features; i++)
        {
            after.Z[i] = Next(before.Z[i], kept, added, key[i]);
            sum += query[i] * after.Z[i];
        }

        TVector factor = TOps.Broadcast(1 / arguments.Divisor(sum, arguments.Epsilon(pair, 0)));
        int width = arguments.ValueWidth;
        for (int j = 0; j < width; j += TOps.Count)
        {
            int lanes = Math.Min(TOps.Count, width - j);
            TVector addition = added == 0 ? TOps.Zero : TOps.LoadFirst(value + j, lanes);
            TVector result = Column(query, key, before.S + j, after.S + j, width, lanes, TOps.Multiply(addition, TOps.Broadcast(added)),
                TOps.Broadcast(kept));
            TOps.StoreFirst(TOps.Multiply(result, factor), output + j, lanes);
        }
    }

    /// <summary>One vector of columns of the state; returns q^T s.</summary>
    private readonly TVector Column(float* query, float* key, float* before, float* after, int width, int lanes,
        TVector value, TVector kept)
    {
        TVector sum = TOps.Zero;
        for (int i = 0; i < arguments.Features; i++, before += width, after += width)
        {
            TVector state = lanes == TOps.Count ? TOps.Load(before) : TOps.LoadFirst(before, lanes);
            state = TOps.MultiplyAdd(TOps.Broadcast(key[i]), value, TOps.Multiply(kept, state));
            if (lanes == TOps.Count)
            {
                TOps.Store(state, after);
            }
            else
            {
                TOps.StoreFirst(state, after, lanes);
            }

            sum = TOps.MultiplyAdd(TOps.Broadcast(query[i]), state, sum);
        }

        return sum;
    }

    private static float Next(float state, float kept, float added, float key) =>
        added == 0 ? kept * state : (kept * state) + (added * key);
}
