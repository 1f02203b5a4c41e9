using Microsoft.Extensions.Options;

namespace FlashDiffusion.Client;

/// <summary>Says everything that is wrong with a client's settings at once.</summary>
internal sealed class FlashClientSettingsValidator : IValidateOptions<FlashClientSettings>
{
    public ValidateOptionsResult Validate(string? name, FlashClientSettings options)
    {
        var which = string.IsNullOrEmpty(name) ? "The FlashDiffusion client" : $"The FlashDiffusion client '{name}'";
        var problems = options.Addresses.Select(Problem).OfType<string>().Select(problem => $"{which}: {problem}").ToList();
        if (options.Addresses.Count == 0)
        {
            problems.Add($"{which} has no address: add at least one, for example http://127.0.0.1:8001.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static string? Problem(string address)
    {
        try
        {
            ServerAddress.Parse(address);
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }
}
