namespace ManagedTransformer.Tensors;

/// <summary>Trades computation for memory: computes without recording, and computes again, recording, when backward comes by.</summary>
public static class Checkpointing
{
    /// <summary>
    /// True while a function runs on this thread for the second time: what must happen once per step (running statistics) has happened.
    /// </summary>
    [field: ThreadStatic]
    public static bool IsRecomputing { get; private set; }

    /// <summary>
    /// y = f(x), keeping only x for backward (Chen et al., "Training deep nets with sublinear memory cost", 2016).
    /// </summary>
    /// <param name="x">The input.</param>
    /// <param name="function">A function of its argument and of parameters only; it must compute the same both times.</param>
    /// <param name="random">The source of the function's random keys (dropout), so that the second run draws the same ones.</param>
    public static Tensor Checkpoint(this Tensor x, Func<Tensor, Tensor> function, RandomSource? random = null)
    {
        if (Recorder.Suspended > 0)
        {
            return function(x);
        }

        RandomSource.State state = random?.Save() ?? default;
        Tensor y;
        using (new NoGradientScope())
        {
            y = function(x.Detach()).Detach();
        }

        if (y.Storage == x.Storage)
        {
            // A view of the input: nothing would be saved, and its memory is not the result's to return.
            random?.Restore(state);
            return function(x);
        }

        // Parameters inside the function need gradients even if x does not, so the result is always recorded.
        return Recorder.Record(y, new CheckpointRule(x, function, random, state));
    }

    private sealed class CheckpointRule(Tensor x, Func<Tensor, Tensor> function, RandomSource? random, RandomSource.State state)
        : GradientRule(x)
    {
        public override bool HidesParameters => true;

        public override void Backward(Tensor dy, GradientSink sink)
        {
            RandomSource.State now = random?.Save() ?? default;
            random?.Restore(state);
            int suspended = Recorder.Suspended;
            bool recomputing = IsRecomputing;
            Recorder.Suspended = 0;
            IsRecomputing = true;
            try
            {
                Tensor input = x.Detach();
                input.RequiresGradient = x.RequiresGradient;
                Tensor y = function(input);
                if (y.RequiresGradient)
                {
                    y.Backward(dy, freeIntermediates: true);
                }

                if (input.Gradient is { } dx)
                {
                    sink.Add(x, dx);
                }
            }
            finally
            {
                Recorder.Suspended = suspended;
                IsRecomputing = recomputing;
                random?.Restore(now);
            }
        }
    }
}
