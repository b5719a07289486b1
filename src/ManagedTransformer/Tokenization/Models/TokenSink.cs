namespace ManagedTransformer.Tokenization.Models;

/// <summary>Receives the tokens of a text.</summary>
/// <param name="keepsTexts">Whether texts are kept that differ from those of the vocabulary.</param>
internal sealed class TokenSink(bool keepsTexts)
{
    private int[] _ids = new int[64];

    /// <summary>Texts of tokens, by position, where they are not those of the vocabulary.</summary>
    public Dictionary<int, string>? Texts { get; } = keepsTexts ? [] : null;

    /// <summary>True where texts are kept.</summary>
    public bool KeepsTexts => keepsTexts;

    /// <summary>The number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>The ids.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Adds a token.</summary>
    public void Add(int id)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Count * 2);
        }

        _ids[Count++] = id;
    }

    /// <summary>Adds tokens.</summary>
    public void Add(ReadOnlySpan<int> ids)
    {
        if (Count + ids.Length > _ids.Length)
        {
            Array.Resize(ref _ids, Math.Max(Count + ids.Length, Count * 2));
        }

        ids.CopyTo(_ids.AsSpan(Count));
        Count += ids.Length;
    }

    /// <summary>Adds a token that stands for a text.</summary>
    public void Add(int id, ReadOnlySpan<byte> text)
    {
        Texts?.Add(Count, System.Text.Encoding.UTF8.GetString(text));
        Add(id);
    }
}
