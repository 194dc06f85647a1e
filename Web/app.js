const trace = await (await fetch("api/trace")).json();
for (const file of trace.files) {
  const item = document.createElement("li");
  item.textContent = file.path;
  document.getElementById("files").append(item);
}
