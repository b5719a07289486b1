using System.Buffers;

namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// The tokens of a row of scores that are not ruled out, from the highest to the lowest, equal ones in the order of their ids. Memory is
/// borrowed.
/// </summary>
internal readonly ref struct Ranking
{
    private readonly ulong[] _ranks;

    /// <summary>Tokens in no order yet.</summary>
    /// <param name="scores">[V]</param>
    public Ranking(ReadOnlySpan<float> scores)
    {
        _ranks = ArrayPool<ulong>.Shared.Rent(scores.Length);
        int count = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (float.IsNegativeInfinity(scores[i]))
            {
                continue;
            }

            // The bits of a positive number rise with it, those of a negative one fall; zero gets one sign.
            uint bits = BitConverter.SingleToUInt32Bits(scores[i] + 0f);
            uint rising = (bits & 0x80000000) == 0 ? bits | 0x80000000 : ~bits;
            _ranks[count++] = (ulong)~rising << 32 | (uint)i;
        }

        Ranks = _ranks.AsSpan(0, count);
    }

    /// <summary>Numbers that rise from the best token to the worst.</summary>
    public Span<ulong> Ranks { get; }

    /// <summary>The token of a rank.</summary>
    public static int TokenOf(ulong rank) => (int)(uint)rank;

    /// <summary>Moves the best tokens to the front, in any order.</summary>
    public void MoveBest(int count) => Selection.MoveSmallest(Ranks, count);

    /// <summary>Sorts all.</summary>
    public void Sort() => Ranks.Sort();

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => ArrayPool<ulong>.Shared.Return(_ranks);
}
