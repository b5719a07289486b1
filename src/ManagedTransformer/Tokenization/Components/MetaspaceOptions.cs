namespace ManagedTransformer.Tokenization.Components;

/// <summary>The fields of Metaspace, which pre-tokenizer and decoder share.</summary>
/// <param name="Mark">The character for a space.</param>
/// <param name="Scheme">Which pieces get one in front.</param>
/// <param name="Splits">Whether pieces begin at marks.</param>
internal sealed record MetaspaceOptions(string Mark, PrependScheme Scheme, bool Splits)
{
    /// <summary>Reads the fields, in the present form or the old one with <c>add_prefix_space</c>.</summary>
    /// <exception cref="InputException">They are malformed or contradict each other.</exception>
    public static MetaspaceOptions Read(Component component)
    {
        string scheme = component.Choice("prepend_scheme", "always", "always", "first", "never");
        if (component.Flag("add_prefix_space") == false && scheme != "never")
        {
            throw component.Wrong("add_prefix_space", $"is false, but prepend_scheme is '{scheme}'");
        }

        return new(component.Character("replacement"),
            scheme switch
            {
                "always" => PrependScheme.Always,
                "first" => PrependScheme.First,
                _ => PrependScheme.Never,
            },
            component.Flag("split") ?? true);
    }
}
