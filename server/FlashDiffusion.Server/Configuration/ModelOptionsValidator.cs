using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>What annotations can't say of <see cref="ModelOptions"/>.</summary>
internal sealed class ModelOptionsValidator : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options) => options switch
    {
        { Root.Length: > 0, Directory.Length: > 0 } => ValidateOptionsResult.Fail("Models:Root (--models) and Models:Directory (--model-dir) name two places for models; give one of them."),
        { Directory.Length: 0, DirectoryName.Length: > 0 } => ValidateOptionsResult.Fail("Models:DirectoryName (--model-name) names the model of Models:Directory (--model-dir), which is not given."),
        _ => ValidateOptionsResult.Success,
    };
}
