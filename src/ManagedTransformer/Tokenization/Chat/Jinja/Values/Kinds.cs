namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>What values are called, and which of them are true.</summary>
internal static class Kinds
{
    /// <summary>What messages call a value.</summary>
    public static string Name(object? value) => value switch
    {
        null => "none",
        string => "a string",
        long or double => "a number",
        bool => "true or false",
        Sequence { Kind: SequenceKind.List } => "a list",
        Sequence { Kind: SequenceKind.Tuple } => "a tuple",
        Sequence { Kind: SequenceKind.Range } => "a range",
        Sequence { Kind: SequenceKind.View } => "a view of a mapping",
        Sequence => "what a filter goes over (the filter 'list' makes a list of it)",
        Mapping => "a mapping",
        Namespace => "a namespace",
        Callable callable => callable.Name,
        Undefined missing => $"'{missing.Name}', which is not defined",
        _ => "the loop",
    };

    /// <summary>Whether a condition holds.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        Sequence { Kind: not SequenceKind.Generator } sequence => sequence.Items.Count > 0,
        Mapping mapping => mapping.Count > 0,
        _ => true,
    };
}
