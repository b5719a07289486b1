namespace ManagedTransformer.Torch.Pickling;

/// <summary>An <c>argparse.Namespace</c>: names and values, nothing more.</summary>
internal sealed class PickleRecord : PickleContainer
{
    /// <summary>The attributes.</summary>
    public PickleDictionary Fields { get; } = new();

    /// <summary>Takes over the attributes of a saved state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="budget">Pays for keys.</param>
    /// <exception cref="PickleException">They are nested too deep.</exception>
    public void Fill(PickleDictionary state, PickleBudget budget)
    {
        foreach ((PickleValue key, PickleValue value) in state.Entries)
        {
            Fields.Set(key, value, budget);
        }

        Nest(Fields);
    }
}
