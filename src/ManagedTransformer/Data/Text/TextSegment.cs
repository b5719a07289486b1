namespace ManagedTransformer.Data.Text;

/// <summary>A piece of a text that is tokenized by itself.</summary>
/// <param name="Start">The place of its first byte.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="IsCounted">Whether losses count its tokens; those of a prompt they do not.</param>
/// <param name="BeginsRecord">Whether a record begins with it, so that the text can be cut there.</param>
/// <param name="IsConversation">Whether a chat template wrote it, with all special tokens.</param>
internal readonly record struct TextSegment(int Start, int Length, bool IsCounted, bool BeginsRecord, bool IsConversation = false);
