namespace ManagedTransformer.Data.Builtin;

/// <summary>Number words from none to ninety-nine.</summary>
internal static class StoryNumbers
{
    private static readonly string[] _small =
    [
        "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] _tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    public static string Name(int number)
    {
        if (number < _small.Length)
        {
            return _small[number];
        }

        string tens = _tens[number / 10 - 2];
        return number % 10 == 0 ? tens : $"{tens}-{_small[number % 10]}";
    }
}
