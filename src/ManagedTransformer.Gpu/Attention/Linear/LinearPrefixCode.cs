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
        int chunks = Tile.Count(forward.Length), width = forward.ValueWidth;
        long size = LinearArguments.StateSize(forward);
        for (long i = GridStride.First; i < arguments.Pairs * size; i += GridStride.Step)
        {
            int pair = (int)(i / size), j = (int)(i % (width + 1));
            long row = i / (width + 1), place = (row * width) + j, start = LinearStateArguments.Start(forward, pair, 0) + (i % size);
            float state = arguments.HasFirst == 0 ? 0 : j == width ? arguments.FirstZ[row] : arguments.FirstS[place];
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
                if (j == width)
                {
                    arguments.LastZ[row] = state;
                }
                else
                {
                    arguments.LastS[place] = state;
                }
            }
        }
    }
}
