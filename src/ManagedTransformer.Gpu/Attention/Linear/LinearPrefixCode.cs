namespace ManagedTransformer.Gpu;

/// <summary>
/// Turns what chunks add into states, chunk by chunk in order: forward into the state before every chunk and behind the last one, backward
/// into the gradient of the state behind every chunk. A thread per number of a state;
/// the state that comes in may lie where the last one goes.
/// </summary>
internal static class LinearPrefixCode
{
    public static void Run(LinearStateArguments arguments)
    {
        LinearArguments forward = arguments.Forward;
        int chunks = Tile.Count(forward.Length);
        long size = LinearArguments.StateSize(forward), products = (long)forward.Features * forward.ValueWidth;
        for (long i = GridStride.First; i < arguments.Pairs * size; i += GridStride.Step)
        {
            int pair = (int)(i / size);
            long number = i % size, start = LinearStateArguments.Start(forward, pair, 0) + number;
            bool isLast = number >= products;
            long place = isLast ? (pair * (long)forward.Features) + number - products : (pair * products) + number;
            float state = arguments.HasFirst == 0 ? 0 : isLast ? arguments.FirstZ[place] : arguments.FirstS[place];
            for (int step = 0; step < chunks; step++)
            {
                int chunk = arguments.IsBackward != 0 ? chunks - 1 - step : step;
                int last = (chunk * Tile.Size) + Tile.Size - 1;
                last = last < forward.Length ? last : forward.Length - 1;
                float added = arguments.States[start + (chunk * size)];
                arguments.States[start + (chunk * size)] = state;
                state = (LinearDecay.Carry(forward.Decay, ((long)pair * forward.Length) + last) * state) + added;
            }

            arguments.States[start + (chunks * size)] = state;
            if (arguments.HasLast != 0)
            {
                if (isLast)
                {
                    arguments.LastZ[place] = state;
                }
                else
                {
                    arguments.LastS[place] = state;
                }
            }
        }
    }
}
