using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>A section of the configuration with its class of options.</summary>
/// <param name="Name">The section.</param>
/// <param name="Type">The class.</param>
/// <param name="Add">Makes its options available to services.</param>
/// <param name="Errors">What its checks say of the values.</param>
internal sealed record OptionSection(string Name, Type Type, Action<IServiceCollection> Add, Func<IServiceProvider, IEnumerable<string>> Errors)
{
    public static OptionSection Of<T>(string name)
        where T : class => new(
            name,
            typeof(T),
            services => services.AddOptions<T>().BindConfiguration(name).ValidateDataAnnotations().ValidateOnStart(),
            services => ErrorsOf<T>(services, name));

    private static IEnumerable<string> ErrorsOf<T>(IServiceProvider services, string section)
        where T : class
    {
        try
        {
            _ = services.GetRequiredService<IOptions<T>>().Value;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures.Select(failure => AnnotationFailure.Explain(failure, section, typeof(T), services.GetRequiredService<IConfiguration>()));
        }
    }
}
