namespace ManagedTransformer.Tensors;

/// <summary>Reverse-mode differentiation.</summary>
public static class TensorBackward
{
    private static long _walks;

    /// <summary>
    /// Adds to <see cref="Tensor.Gradient"/> of every leaf that requires one the gradient of <paramref name="root"/>, multiplied by
    /// <paramref name="gradient"/>: dL/dleaf += sum over elements of gradient * droot/dleaf. The record is used up:
    /// a second walk over it throws.
    /// </summary>
    /// <param name="root">The result of operators; a single element unless a gradient is given.</param>
    /// <param name="gradient">dL/droot, of the root's shape; default: 1.</param>
    /// <param name="keepGraph">Keeps the record for another walk.</param>
    /// <param name="freeIntermediates">
    /// Inside a <see cref="StepScope"/>, returns the memory of every intermediate value as the walk passes it, which halves the peak:
    /// reading such a tensor afterwards throws (the root stays).
    /// </param>
    /// <exception cref="InvalidOperationException">The root requires no gradient, has several elements and no gradient was given,
    /// or its record was used up.</exception>
    public static void Backward(this Tensor root, Tensor? gradient = null, bool keepGraph = false, bool freeIntermediates = false)
    {
        if (root.Producer is not { } last)
        {
            throw new InvalidOperationException(
                "Backward needs a tensor that operators made, while recording, from one that requires a gradient.");
        }

        if (gradient is null && root.Count != 1)
        {
            throw new InvalidOperationException($"Backward from a tensor of the shape {root.Shape} needs the gradient of the root.");
        }

        using NoGradientScope _ = new();
        GradientSink sink = new(keepGraph);
        sink.Add(root, gradient ?? Tensor.Scalar(1, root.Device).Reshape(root.Shape));
        List<GradientRule> rules = InReverse(last);
        LeafWatch? watch = LeafWatch.Begin(rules);
        for (int i = 0; i < rules.Count; i++)
        {
            GradientRule rule = rules[i];
            if (rule.Pending is { } dy)
            {
                rule.Pending = null;
                rule.Backward(dy, sink);
                sink.Drop(dy);
            }

            if (!keepGraph)
            {
                Forget(rule, freeIntermediates && rule != last, root.Storage);
            }

            watch?.Pass(i);
        }
    }

    private static void Forget(GradientRule rule, bool free, Storage root)
    {
        rule.Output.Producer = UsedUpRule.Instance;
        if (free && rule.Output.Storage.Scope is not null)
        {
            rule.ReleaseOwned();
            if (rule.OwnsOutput && rule.Output.Storage != root)
            {
                rule.Output.Storage.Release();
            }
        }
    }

    private static List<GradientRule> InReverse(GradientRule last)
    {
        long walk = Interlocked.Increment(ref _walks);
        List<GradientRule> rules = new(256);
        Reach(last);
        for (int i = 0; i < rules.Count; i++)
        {
            foreach (Tensor? input in rules[i].Inputs)
            {
                if (input?.Producer is { } rule)
                {
                    Reach(rule);
                }
            }
        }

        rules.Sort(static (a, b) => b.Order.CompareTo(a.Order));
        return rules;

        void Reach(GradientRule rule)
        {
            if (rule == UsedUpRule.Instance)
            {
                throw new InvalidOperationException(
                    "A part of this record was used up by an earlier backward walk; pass keepGraph: true to that walk to use it again.");
            }

            if (rule.Walk != walk)
            {
                rule.Walk = walk;
                rules.Add(rule);
            }
        }
    }

    /// <summary>Stands where a rule was before a walk used it up.</summary>
    private sealed class UsedUpRule : GradientRule
    {
        public static readonly UsedUpRule Instance = new();

        public override void Backward(Tensor dy, GradientSink sink) => throw new InvalidOperationException("This record was used up.");
    }
}
