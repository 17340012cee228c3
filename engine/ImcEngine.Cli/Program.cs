using ImcEngine.Cli;

return await ImcProgram.RunAsync(args, Console.Out, Console.Error);
