namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>What a function, method, filter or test is called with.</summary>
/// <param name="Values">Arguments by position.</param>
/// <param name="Named">Arguments by name.</param>
/// <param name="Line">Where it is called.</param>
internal sealed record Arguments(IReadOnlyList<object?> Values, IReadOnlyDictionary<string, object?> Named, int Line)
{
    /// <summary>Refuses a call with other arguments than it may have.</summary>
    /// <param name="what">For instance <c>the filter 'join'</c>.</param>
    /// <param name="least">Fewest.</param>
    /// <param name="most">Most.</param>
    public void Require(string what, int least, int most)
    {
        if (Named.Count > 0)
        {
            throw new JinjaException($"the argument '{Named.Keys.First()}' of {what} is not supported", Line);
        }

        if (Values.Count < least || Values.Count > most)
        {
            throw new JinjaException($"{what} with {Values.Count} arguments is not supported", Line);
        }
    }

    /// <summary>A string by position.</summary>
    public string Text(string what, int index) => Values[index] as string
        ?? throw new JinjaException($"{what} needs a string, not {JinjaValues.Kind(Values[index])}", Line);
}
