using System.Globalization;
using System.Numerics;
using System.Text;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>Keys of dictionaries as values that are equal where Python's are: 1, 1.0 and True are one key.</summary>
internal static class PickleKey
{
    private const int MostParts = 256, PartBytes = 64, WideNumberBytes = 2000;

    /// <summary>The key of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="budget">Pays for the key, and so for the time that its hash takes.</param>
    /// <exception cref="PickleException">The value can be no key.</exception>
    public static object Of(PickleValue value, PickleBudget budget)
    {
        if (value is not PickleSequence { Kind: SequenceKind.Tuple } tuple)
        {
            return OfSingle(value, budget);
        }

        // Whole tuples as one text; a small number of parts, since shared tuples can stand for very many.
        StringBuilder text = new();
        int parts = 0;
        Append(tuple);
        return (SequenceKind.Tuple, text.ToString());

        void Append(PickleSequence sequence)
        {
            foreach (PickleValue item in sequence.Items)
            {
                if (++parts > MostParts)
                {
                    throw new PickleException($"a key of a dictionary is a tuple of more than {MostParts} parts");
                }

                if (item is PickleSequence { Kind: SequenceKind.Tuple } inner)
                {
                    text.Append('(');
                    Append(inner);
                    text.Append(')');
                }
                else
                {
                    object key = OfSingle(item, budget);
                    string part = key is double number ? number.ToString("R", CultureInfo.InvariantCulture) : $"{key}";
                    budget.Charge(PartBytes + (2L * part.Length));
                    text.Append(key.GetType().Name).Append(part.Length).Append(':').Append(part);
                }
            }
        }
    }

    private static object OfSingle(PickleValue value, PickleBudget budget)
    {
        budget.Charge(value switch
        {
            PickleAtom { Value: string text } => 2L * text.Length,
            PickleAtom { Value: byte[] bytes } => 3L * bytes.Length,
            PickleAtom { Value: BigInteger } => WideNumberBytes,
            _ => 0,
        });
        return Canonical(value);
    }

    private static object Canonical(PickleValue value) => value switch
    {
        PickleAtom { Value: null } => DBNull.Value,
        PickleAtom { Value: bool truth } => truth ? 1L : 0L,
        PickleAtom { Value: double number } when number == Math.Floor(number) && Math.Abs(number) < 1e18 => (long)number,
        PickleAtom { Value: BigInteger big } => (typeof(BigInteger), big.ToString("R", CultureInfo.InvariantCulture)),
        PickleAtom { Value: byte[] bytes } => (typeof(byte[]), Convert.ToBase64String(bytes)),
        PickleAtom atom => atom.Value!,
        PickleGlobal global => (typeof(PickleGlobal), global.Name),
        PickleOpaque => value,
        _ => throw new PickleException($"a key of a dictionary is {PickleText.Describe(value)}, which can be none"),
    };
}
