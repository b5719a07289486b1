using System.Globalization;
using ManagedTransformer.ServerLoad;

// make FOLDER RECIPE               a model of a recipe's shape with random weights, whose tokens are bytes
// run URL CLIENTS SECONDS TOKENS   clients that stream texts of so many tokens, one after the other
switch (args)
{
    case ["make", string folder, string recipe]:
        RandomModel.Make(folder, recipe);
        return 0;
    case ["run", string url, string clients, string seconds, string tokens]:
        using (LoadRun run = new(new Uri(url), Number(tokens)))
        {
            return await run.RunAsync(Number(clients), TimeSpan.FromSeconds(Number(seconds))) ? 0 : 1;
        }

    default:
        Console.Error.WriteLine("mt-load make FOLDER RECIPE | mt-load run URL CLIENTS SECONDS TOKENS");
        return 2;
}

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
