// A small index with what the scripts need of the real one.
export const data = {
  terms: [
    ["role:data-engineer", "role", "Data Engineer", "role/data-engineer.html"],
    ["role:devops-engineer", "role", "DevOps Engineer", "role/devops-engineer.html"],
    ["role:ml-engineer", "role", "ML Engineer", "role/ml-engineer.html"],
    ["role:product-owner", "similarrole", "product owner", "role/product-owner.html"],
    ["skill:feature-engineering", "skill", "feature engineering", "skill/feature-engineering.html"],
  ],
  places: [["name", "en", 10], ["title", "en", 9], ["name", "de", 10], ["definition", "en", 3], ["notation", "", 10], ["slug", "", 5]],
  texts: [
    [[0, "Data Engineer"], [2, "Dateningenieur"], [5, "data-engineer"]],
    [[0, "DevOps Engineer"], [1, "MLOps Engineer"]],
    [[0, "ML Engineer"], [1, "MLOps Engineer"], [3, "Builds models with data."], [4, "R7"], [5, "ml-engineer"]],
    [[0, "product owner"]],
    [[0, "feature engineering"], [2, "Merkmalsextraktion für Modelle"], [3, "Making features of data."]],
  ],
  weights: { "whole text": 10, "whole word": 5, beginning: 2, inside: 1, similar: 1 },
  titles: { "data engineer": [[0], null], "mlops engineer": [[1, 2], null], "product owner": [[0], 3], "ml/data engineer": [[0, 2], null] },
  decorations: ["entry level", "senior"],
};
