namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>What a function, method, filter, test or macro is called with.</summary>
/// <param name="What">What is called, for instance <c>the filter 'join'</c>.</param>
/// <param name="Values">Arguments by position.</param>
/// <param name="Named">Arguments by name.</param>
/// <param name="Line">Where it is called.</param>
internal sealed record Arguments(string What, IReadOnlyList<object?> Values, Mapping Named, int Line)
{
    private static readonly object _absent = new();

    /// <summary>The arguments by the places of their parameters.</summary>
    /// <param name="least">How many of the parameters must be given.</param>
    /// <param name="parameters">Their names.</param>
    /// <exception cref="JinjaException">It is called with others than it may be.</exception>
    public Arguments Bind(int least, IReadOnlyList<string> parameters)
    {
        if (Values.Count > parameters.Count)
        {
            throw new JinjaException($"{What} with {Values.Count} arguments is not supported", Line);
        }

        object?[] places = [.. Values, .. Enumerable.Repeat(_absent, parameters.Count - Values.Count)];
        foreach ((string name, object? value) in Named)
        {
            int place = 0;
            while (place < parameters.Count && parameters[place] != name)
            {
                place++;
            }

            if (place == parameters.Count || places[place] != _absent)
            {
                string twice = place < parameters.Count ? " twice" : "";
                throw new JinjaException($"the argument '{name}' of {What} is not supported{twice}", Line);
            }

            places[place] = value;
        }

        int missing = Array.IndexOf(places, _absent, 0, least);
        return missing < 0 ? this with { Values = places, Named = [] }
            : throw new JinjaException($"{What} with {Values.Count + Named.Count} arguments is not supported, it needs {least}", Line);
    }

    /// <summary>The arguments behind the first ones.</summary>
    /// <param name="count">How many are left out.</param>
    /// <param name="what">What is called with the rest.</param>
    public Arguments Skip(int count, string what) => this with { What = what, Values = [.. Values.Skip(count)] };

    /// <summary>Whether a parameter was given.</summary>
    public bool Has(int index) => index < Values.Count && Values[index] != _absent;

    /// <summary>Whether a parameter was given, and is something else than none.</summary>
    public bool HasSome(int index) => Has(index) && Values[index] is not null;

    /// <summary>Whether a parameter was given that is true.</summary>
    public bool IsTrue(int index) => Has(index) && Kinds.IsTrue(Values[index]);

    /// <summary>A string.</summary>
    public string Text(int index) => Values[index] as string
        ?? throw new JinjaException($"{What} needs a string, not {Kinds.Name(Values[index])}", Line);

    /// <summary>A whole number.</summary>
    public long Number(int index) => Values[index] switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        _ => throw new JinjaException($"{What} needs a whole number, not {Kinds.Name(Values[index])}", Line),
    };
}
