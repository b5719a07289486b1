using System.Buffers;
using System.Text;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Data.Text;

/// <summary>The text of records, put together one after another.</summary>
/// <param name="options">What ends a record, and the form of conversations.</param>
internal sealed class RecordText(TextCorpusOptions options)
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<TextSegment> _segments = [];

    /// <summary>What was put together; null where it is nothing.</summary>
    public TextPart? Part => _segments.Count > 0 ? new TextPart(_text.WrittenMemory, _segments) : null;

    /// <summary>Adds a text, all of which is learnt.</summary>
    public void Add(string text) => Append(text + options.Separator, isCounted: true, beginsRecord: true);

    /// <summary>Adds a completion, which is learnt, behind a prompt, which is not.</summary>
    public void Add(string prompt, string completion)
    {
        Append(prompt, isCounted: false, beginsRecord: true);
        Append(completion + options.Separator, isCounted: true, beginsRecord: prompt.Length == 0);
    }

    /// <summary>Adds a conversation, of which the assistant's turns are learnt.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="place">Where they are, for errors.</param>
    /// <exception cref="InputException">There is no template, it refuses them, or nothing in them is the assistant's.</exception>
    public void Add(IReadOnlyList<ChatMessage> messages, string place)
    {
        ChatTemplate template = options.Template ?? throw new InputException(
            $"{place}: a conversation needs the chat template of a model, and there is none: data.template names a folder or a file with "
            + "one, and a model to begin with (--init) or the folder of tokenizer.file may have one.");
        try
        {
            foreach (ChatTurn turn in ChatTurns.Of(template, messages))
            {
                Append(turn.Prompt, isCounted: false, turn.BeginsRecord, isConversation: true);
                Append(turn.Answer, isCounted: true, turn.BeginsRecord && turn.Prompt.Length == 0, isConversation: true);
            }
        }
        catch (InputException e)
        {
            throw new InputException($"{place}: {e.Message}", e);
        }
    }

    private void Append(string piece, bool isCounted, bool beginsRecord, bool isConversation = false)
    {
        if (piece.Length > 0)
        {
            int start = _text.WrittenCount;
            if ((long)start + (3L * piece.Length) > Array.MaxLength && start + (long)Encoding.UTF8.GetByteCount(piece) > Array.MaxLength)
            {
                throw new InputException($"The records have more than {Array.MaxLength:N0} bytes, more than a text can have.");
            }

            Encoding.UTF8.GetBytes(piece, _text);
            _segments.Add(new TextSegment(start, _text.WrittenCount - start, isCounted, beginsRecord, isConversation));
        }
    }
}
