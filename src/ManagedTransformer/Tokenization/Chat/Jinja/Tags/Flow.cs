namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>How a template goes on behind a statement.</summary>
internal enum Flow
{
    /// <summary>With the next one.</summary>
    Next,

    /// <summary>Behind the loop.</summary>
    Break,

    /// <summary>With the loop's next item.</summary>
    Continue,
}
