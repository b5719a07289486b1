using System.Globalization;
using System.Numerics;
using ManagedTransformer.Torch.Pickling;

namespace ManagedTransformer.Import.Sources;

/// <summary>The hyper-parameters that a checkpoint has beside its tensors.</summary>
/// <param name="source">The checkpoint.</param>
/// <param name="places">Dictionaries with settings; the first that has one counts.</param>
internal sealed class ForeignSettings(ImportSource source, params IReadOnlyList<PickleDictionary> places)
{
    private const int MostListed = 10_000, MostListText = 16 * MostListed;

    /// <summary>The dictionary of a value: a dictionary or the attributes of a namespace.</summary>
    public static PickleDictionary? Of(PickleValue? value) => value switch
    {
        PickleDictionary dictionary => dictionary,
        PickleRecord record => record.Fields,
        _ => null,
    };

    /// <summary>Whether a setting is there and not None.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A truth value; numbers other than 0 and texts that are not empty are true, as in Python.</summary>
    public bool Flag(string name, bool absent = false) => Find(name) switch
    {
        null => absent,
        PickleAtom { Value: bool value } => value,
        PickleAtom { Value: long number } => number != 0,
        PickleAtom { Value: double number } => number != 0,
        PickleAtom { Value: string text } => text.Length > 0,
        PickleSequence sequence => sequence.Items.Count > 0,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>A whole number; null where it is absent.</summary>
    public int? Integer(string name) => Find(name) switch
    {
        null => null,
        PickleAtom { Value: long number } when number is > int.MinValue and < int.MaxValue => (int)number,
        PickleAtom { Value: double number } when number == Math.Floor(number) && Math.Abs(number) < int.MaxValue => (int)number,
        _ => throw Wrong(name, "a whole number"),
    };

    /// <summary>A number; null where it is absent.</summary>
    public double? Number(string name) => Find(name) switch
    {
        null => null,
        PickleAtom { Value: long number } => number,
        PickleAtom { Value: double number } when double.IsFinite(number) => number,
        _ => throw Wrong(name, "a number"),
    };

    /// <summary>A text; null where it is absent.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        PickleAtom { Value: string text } => text,
        _ => throw Wrong(name, "a text"),
    };

    /// <summary>Whole numbers, from a list or from a text such as <c>20,40</c> or <c>[20, 40]</c>; null where they are absent or none.
    /// </summary>
    public IReadOnlyList<int>? List(string name)
    {
        switch (Find(name))
        {
            case null:
                return null;
            case PickleAtom { Value: string { Length: <= MostListText } text }:
                string[] parts = text.Trim().Trim('[', ']', '(', ')')
                    .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                int[] values = new int[parts.Length];
                for (int i = 0; i < parts.Length; i++)
                {
                    if (parts.Length > MostListed
                        || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]))
                    {
                        throw Wrong(name, "a list of whole numbers");
                    }
                }

                return values.Length == 0 ? null : values;
            case PickleSequence sequence when sequence.Items.Count <= MostListed
                && sequence.Items.All(item => item is PickleAtom { Value: long number } && number is >= int.MinValue and <= int.MaxValue):
                return sequence.Items.Count == 0 ? null : [.. sequence.Items.Select(item => (int)(long)((PickleAtom)item).Value!)];
            default:
                throw Wrong(name, "a list of whole numbers");
        }
    }

    /// <summary>The value of a setting as the file has it; null where it is absent or None.</summary>
    public PickleValue? Find(string name) =>
        places.Select(place => place.Get(name)).FirstOrDefault(value => value is not (null or PickleAtom { Value: null }));

    /// <summary>A rate of dropout, 0 where it is absent.</summary>
    public float Rate(string name, float absent = 0)
    {
        double rate = Number(name) ?? absent;
        return rate is >= 0 and < 1 ? (float)rate : throw Wrong(name, "at least 0 and below 1");
    }

    /// <summary>Refuses settings that are switched on.</summary>
    /// <param name="names">The settings.</param>
    /// <exception cref="InputException">One of them is on.</exception>
    public void RefuseFlags(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Flag(name))
            {
                throw Unsupported(name);
            }
        }
    }

    /// <summary>A setting whose value cannot be represented.</summary>
    public InputException Unsupported(string name) =>
        source.Refuse($"its setting {name} is {Show(Find(name))}, which cannot be represented");

    /// <summary>A value as messages write it.</summary>
    public static string Show(PickleValue? value) => value switch
    {
        null or PickleAtom { Value: null } => "absent",
        PickleAtom { Value: bool truth } => truth ? "true" : "false",
        PickleAtom { Value: string text } => $"'{PickleText.Quote(text)}'",
        PickleAtom { Value: long or double or BigInteger } atom => ((IFormattable)atom.Value!).ToString(null, CultureInfo.InvariantCulture),
        _ => PickleText.Describe(value),
    };

    private InputException Wrong(string name, string expected) =>
        source.Refuse($"its setting {name} is {Show(Find(name))}, it must be {expected}");
}
