namespace ManagedTransformer.Tensors;

/// <summary>Tells, while a backward walk goes on, of which parameters the gradient is complete.</summary>
internal sealed class LeafWatch
{
    private readonly Action<Parameter> _completed;
    private readonly List<Parameter>?[] _completedAt;

    private LeafWatch(Action<Parameter> completed, List<Parameter>?[] completedAt) => (_completed, _completedAt) = (completed, completedAt);

    /// <summary>
    /// What the walks of this thread tell; null for nothing. A walk inside another one, which computes a part again, tells nothing.
    /// </summary>
    [field: ThreadStatic]
    public static Action<Parameter>? Listener { get; set; }

    /// <summary>Begins to watch a walk.</summary>
    /// <param name="rules">In the order of the walk.</param>
    /// <returns>Null where nobody listens.</returns>
    public static LeafWatch? Begin(List<GradientRule> rules)
    {
        if (Listener is not { } listener || Checkpointing.IsRecomputing)
        {
            return null;
        }

        Dictionary<Parameter, int> last = new(ReferenceEqualityComparer.Instance);
        int lastHidden = 0;
        for (int i = 0; i < rules.Count; i++)
        {
            lastHidden = rules[i].HidesParameters ? i : lastHidden;
            foreach (Tensor? input in rules[i].Inputs)
            {
                if (input is Parameter { RequiresGradient: true } parameter)
                {
                    last[parameter.Whole] = i;
                }
            }
        }

        List<Parameter>?[] completedAt = new List<Parameter>?[rules.Count];
        foreach ((Parameter parameter, int place) in last)
        {
            (completedAt[Math.Max(place, lastHidden)] ??= []).Add(parameter);
        }

        return new LeafWatch(listener, completedAt);
    }

    /// <summary>Tells what is complete once a rule is done.</summary>
    /// <param name="rule">Its place in the walk.</param>
    public void Pass(int rule)
    {
        foreach (Parameter parameter in _completedAt[rule] ?? [])
        {
            _completed(parameter);
        }
    }
}
