namespace ManagedTransformer.Data;

/// <summary>Number words from none to ninety-nine.</summary>
static class StoryNumbers
{
    static readonly string[] Small =
    [
        "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
        "seventeen", "eighteen", "nineteen",
    ];

    static readonly string[] Tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    public static string Name(int number)
    {
        if (number < Small.Length)
            return Small[number];
        string tens = Tens[number / 10 - 2];
        return number % 10 == 0 ? tens : $"{tens}-{Small[number % 10]}";
    }
}
