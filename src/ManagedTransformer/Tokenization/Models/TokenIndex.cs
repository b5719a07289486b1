namespace ManagedTransformer.Tokenization.Models;

/// <summary>
/// The tokens of a vocabulary in the order of their bytes, to find all that a text begins with. It takes four bytes a token, where a tree
/// would take some for every byte.
/// </summary>
internal sealed class TokenIndex
{
    private readonly TokenMap _tokens;
    private readonly int[] _order;

    // Where the tokens begin that have two first bytes; those of one byte stand before the others of their first byte.
    private readonly int[] _pairs = new int[0x10000 + 1];
    private readonly int[] _single = new int[0x100];

    /// <summary>Orders the tokens; empty ones are left out.</summary>
    /// <param name="tokens">The tokens, which must not change any more.</param>
    /// <param name="isUsed">Which of them count, by place; null: all.</param>
    public TokenIndex(TokenMap tokens, Func<int, bool>? isUsed = null)
    {
        _tokens = tokens;
        _order = [.. Enumerable.Range(0, tokens.Count).Where(i => tokens.TextAt(i).Length > 0 && isUsed?.Invoke(i) != false)];
        Array.Sort(_order, (a, b) => tokens.TextAt(a).SequenceCompareTo(tokens.TextAt(b)));
        Array.Fill(_single, -1);
        int next = 0;
        for (int i = 0; i < _order.Length; i++)
        {
            ReadOnlySpan<byte> text = tokens.TextAt(_order[i]);
            if (text.Length == 1)
            {
                _single[text[0]] = _order[i];
                continue;
            }

            for (int pair = text[0] << 8 | text[1]; next <= pair; next++)
            {
                _pairs[next] = i;
            }
        }

        _pairs.AsSpan(next).Fill(_order.Length);
    }

    /// <summary>Starts a walk.</summary>
    public TokenWalk Walk() => new(this);

    /// <summary>Makes one step of a walk.</summary>
    /// <param name="value">The next byte.</param>
    /// <param name="depth">How many bytes came before.</param>
    /// <param name="first">The first byte.</param>
    /// <param name="low">Where the tokens begin that begin with the bytes so far.</param>
    /// <param name="high">Where they end.</param>
    /// <param name="token">The place in the vocabulary of the token that has just these bytes; -1 for none.</param>
    /// <returns>False where no token begins so.</returns>
    public bool Step(byte value, int depth, byte first, ref int low, ref int high, out int token)
    {
        token = -1;
        if (depth == 0)
        {
            token = _single[value];
            (low, high) = (_pairs[value << 8], _pairs[(value << 8) + 0x100]);
            return token >= 0 || low < high;
        }

        if (depth == 1)
        {
            int pair = first << 8 | value;
            (low, high) = (_pairs[pair], _pairs[pair + 1]);

            // Between two pairs stand the tokens of one byte.
            while (high > low && _tokens.TextAt(_order[high - 1]).Length == 1)
            {
                high--;
            }
        }
        else
        {
            low = Bound(low, high, depth, value);
            high = value == byte.MaxValue ? high : Bound(low, high, depth, value + 1);
        }

        if (low < high && _tokens.TextAt(_order[low]).Length == depth + 1)
        {
            token = _order[low];
        }

        return low < high;
    }

    // The first token of a range whose byte at a depth is at least a value; where a token ends counts as less than any.
    private int Bound(int low, int high, int depth, int value)
    {
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            ReadOnlySpan<byte> text = _tokens.TextAt(_order[middle]);
            if (text.Length > depth && text[depth] >= value)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
